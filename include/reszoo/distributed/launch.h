/// Starts the processes of a group on this host, and watches them.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace reszoo {

struct LaunchOptions {
  int processes = 2;
  /// How often all processes are started again after one was killed or lost. One that ended with an error of its own
  /// would end so again.
  int max_restarts = 0;
  std::string name = "train";  ///< of the program: its own errors begin with it and a colon
  /// Receives a line for people: which process has failed, at which step, and what happens next. Default: to stderr.
  std::function<void(const std::string& line)> on_line = {};
};

/// Runs `program` with `arguments` (the first is its name) in several processes, which find their places in the
/// variables of torchrun; see process_place_of_environment. This process serves the store where they meet, at a free
/// port of 127.0.0.1.
///
/// Rank 0 has this process's stdout and stderr. The others' stdout is dropped, and what they say on stderr is passed on
/// with their rank if they fail. When one process fails, all others are killed. SIGINT, SIGTERM and SIGUSR1 are passed
/// on to all; a stop from the keyboard (Ctrl-Z) stops all. SIGUSR1 is blocked in the processes until they are ready for
/// it. They are killed if this one ends; for that the
/// program calls `end_with_launcher` first, and `launch` is called by a thread that lasts as long as the process.
///
/// Returns: the exit code: 0; 128 + the number of the signal that stopped all; that of a process that ended with an
/// error of its own; or 1.
/// Throws: Error (file) if the program cannot be started.
int launch(const std::filesystem::path& program, const std::vector<std::string>& arguments,
           const LaunchOptions& options = {});

/// Makes sure that this process is killed when the `launch` that started it ends, if one did.
void end_with_launcher();

}  // namespace reszoo
