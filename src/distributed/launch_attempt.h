/// One start of all processes of a launcher. Private.
#pragma once
#include <memory>
#include <optional>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <vector>

#include "distributed/beat_board.h"
#include "distributed/child_process.h"
#include "distributed/signal_queue.h"
#include "reszoo/distributed/launch.h"

namespace reszoo::detail {

/// Tells a process its launcher.
constexpr auto kLauncherVariable = "RESZOO_LAUNCHER";

/// How a group has ended.
struct GroupEnd {
  int code = 0;
  bool lost = false;  ///< whether a process was killed or lost: another start may end well
};

class LaunchAttempt {
 public:
  LaunchAttempt(const LaunchOptions& options, int restarts);

  void start(const std::filesystem::path& program, const std::vector<std::string>& arguments, const sigset_t& blocked);

  /// Waits until all have ended. If one fails, kills the others.
  GroupEnd watch(const SignalQueue& signals);

 private:
  pid_t group() const { return children_.front()->id(); }
  bool is_running() const;
  std::vector<std::string> environment_of(int rank) const;
  void wait_for_news(int signals) const;
  void pass_on(int signal);
  std::optional<GroupEnd> look_at(int rank);  ///< returns the end of the group if the process has failed
  GroupEnd tell_failure(int rank, const ChildProcess& child) const;
  void say(const std::string& line) const;

  const LaunchOptions& options_;
  c10::intrusive_ptr<c10d::TCPStore> server_;
  c10::intrusive_ptr<c10d::Store> store_;  ///< where the processes of this attempt write
  int restarts_;
  int asked_ = 0;    ///< the signal to stop that was passed on
  int stopped_ = 0;  ///< exit code of processes that have stopped for a signal
  std::vector<std::unique_ptr<ChildProcess>> children_;
};

}  // namespace reszoo::detail
