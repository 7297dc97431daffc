/// A process that this one has started. Private.
#pragma once
#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <csignal>

namespace reszoo::detail {

/// What a child process is started with.
struct ChildStart {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  ///< "NAME=value"
  bool shown = false;                    ///< has this process's stdout and stderr
  pid_t group = 0;                       ///< the process group that it joins; 0: a new one
  sigset_t blocked = {};                 ///< its blocked signals
};

/// One child process: how it ended, and the last lines that it said on stderr unless they are shown.
class ChildProcess {
 public:
  /// Throws: Error (file) if the program cannot be started.
  explicit ChildProcess(const ChildStart& start);
  ~ChildProcess();  ///< kills it if it has not ended
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t id() const { return id_; }
  int descriptor() const { return errors_; }  ///< of its stderr; -1 if it is shown or has ended
  /// Looks whether it has ended; if so, `ended` is true from now on.
  void look();
  void wait();
  bool ended() const { return status_.has_value(); }
  int code() const;    ///< exit code; 0 if a signal has killed it
  int signal() const;  ///< the signal that has killed it, or 0

  /// Takes what it has written to stderr.
  void read_errors();
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  void end(int status);

  pid_t id_ = 0;
  int errors_ = -1;
  std::optional<int> status_;
  std::string unfinished_;
  std::deque<std::string> lines_;
};

}  // namespace reszoo::detail
