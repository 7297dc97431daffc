/// Tells the other processes that this one lives, and finds those that are lost. Private.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "distributed/beat_board.h"

namespace reszoo::detail {

/// Writes this process's beat from a thread of its own, and finds out which process is lost.
///
/// Gloo says that a connection was closed or a call took too long, but not by whose fault: a process that stops at a
/// lost one closes its own connections. So the first process that notices compares all beats, writes down whose have
/// stopped, and only then ends; the others read that.
class Pulse {
 public:
  using Duration = std::chrono::milliseconds;

  /// `hosts` are those of all ranks.
  Pulse(const StorePtr& store, int rank, std::vector<std::string> hosts, Duration interval = std::chrono::seconds(1));
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// Where this process is: "epoch 1, step 31".
  void set_position(std::string position);
  /// Counts a call of all processes.
  void begin_call();
  /// Writes the beat at once.
  void beat_now();

  /// Writes down that this process ends with an error, unless another one was first.
  void report(const std::string& error) noexcept;
  /// Returns which processes are lost, or the error of one that has ended, after `error` of a call of all processes.
  /// Takes some intervals.
  Fault find_fault(const std::string& error) noexcept;

 private:
  class Thread;

  template <typename Call>
  auto ask(Call call);

  std::shared_ptr<BeatBoard> board_;
  Duration interval_;
  Duration patience_;  ///< with the store; 0 when it has not answered once
  std::unique_ptr<Thread> thread_;
};

}  // namespace reszoo::detail
