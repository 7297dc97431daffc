#include "reszoo/distributed/launch.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "distributed/launch_attempt.h"
#include "reszoo/base/error.h"
#include "reszoo/base/number.h"

namespace reszoo {

int launch(const std::filesystem::path& program, const std::vector<std::string>& arguments,
           const LaunchOptions& asked) {
  if (asked.processes < 1) fail(ErrorKind::usage, "processes: must be at least 1, got {}", asked.processes);
  auto options = asked;
  if (!options.on_line) options.on_line = [](const std::string& line) { std::cerr << line << std::endl; };
  // SIGUSR1 waits in the processes until they are ready for it, and unblock it.
  const detail::SignalQueue signals({SIGCHLD, SIGINT, SIGTERM, SIGUSR1, SIGTSTP});
  auto blocked = signals.before();
  sigaddset(&blocked, SIGUSR1);
  for (int restarts = 0;; ++restarts) {
    detail::LaunchAttempt attempt(options, restarts);
    attempt.start(program, arguments, blocked);
    const auto end = attempt.watch(signals);
    if (!end.lost || restarts == options.max_restarts) return end.code;
    options.on_line(fmt::format("{}: all {} processes start again, restart {} of {}", options.name, options.processes,
                                restarts + 1, options.max_restarts));
  }
}

void end_with_launcher() {
  const auto* text = std::getenv(detail::kLauncherVariable);
  const auto launcher = text ? number_in_text<pid_t>(text) : std::nullopt;
  if (!launcher) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != *launcher) raise(SIGKILL);  // it has ended before the call above
}

}  // namespace reszoo
