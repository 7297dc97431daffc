#include "run_tool.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "reszoo/base/atomic_file.h"
#include "support/support.h"

extern char** environ;

namespace reszoo::test {
namespace {

constexpr auto kLongest = std::chrono::seconds(120);

/// Lowers a limit that a child inherits, for as long as this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::optional<size_t> bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    if (bytes) limit.rlim_cur = *bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

/// Signals end a tool even if the tests run in the background of a shell, which lets its children ignore SIGINT.
class DefaultSignals {
 public:
  DefaultSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  ~DefaultSignals() { posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// Starts the tool with stdin, stdout and stderr in files of the folder.
pid_t start(const Words& words, const TempDir& folder, const RunOptions& options) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, (folder / "in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, (folder / "out").c_str(), O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, (folder / "err").c_str(), O_WRONLY, 0);
  const auto program = std::string(RESZOO_TOOLS) + "/" + words.at(0);
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const FileSizeLimit limit(options.largest_file);
  const DefaultSignals signals;
  const int error = posix_spawn(&child, program.c_str(), &actions, signals.attributes(), arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(ErrorKind::file, "{}: cannot be started", program);
  return child;
}

/// Whether a file that is written beside `path` and renamed is there.
bool is_written(const std::filesystem::path& path) {
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path()))
    if (entry.path().string().starts_with(path.string() + ".") && entry.path().extension() == ".tmp") return true;
  return false;
}

bool is_time(const TempDir& folder, const RunOptions& options) {
  if (options.signal_when.empty()) return is_written(options.signal_when_writing);
  return read_file(folder / "err").find(options.signal_when) != std::string::npos;
}

void send(pid_t child, const RunOptions& options) {
  ::kill(child, options.signal);
  if (options.second_signal == 0) return;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // two at once would be one
  ::kill(child, options.second_signal);
}

/// Returns the most memory that a process has used so far in bytes; 0 after its end.
size_t peak_of(pid_t child) {
  std::ifstream status("/proc/" + std::to_string(child) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  return 0;
}

/// Waits for the end, sends the signal once its time has come. Returns the status.
int wait_for(pid_t child, const TempDir& folder, const RunOptions& options, size_t& peak) {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  std::optional<std::chrono::steady_clock::time_point> due;
  bool to_send = options.signal != 0;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    const auto now = std::chrono::steady_clock::now();
    peak = std::max(peak, peak_of(child));
    if (to_send && !due && is_time(folder, options))
      due = now +
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(options.signal_after));
    if (to_send && due && now >= *due) {
      send(child, options);
      to_send = false;
    }
    if (options.meanwhile) options.meanwhile(child);
    if (now > end) ::kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return status;
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string told(const Words& words, const ToolResult& result) {
  return fmt::format("{}\nexit {}\n{}{}", fmt::join(words, " "), result.code, result.out, result.err);
}

}  // namespace

nlohmann::json ToolResult::json() const {
  const auto lines = lines_of(out);
  return nlohmann::json::parse(lines.empty() ? "" : lines.back());
}

Words ToolResult::error_lines() const { return lines_of(err); }

Words operator+(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

ToolResult run_tool(const Words& words, const RunOptions& options) {
  const TempDir folder;
  write_file(folder / "in", options.input);
  for (const auto* name : {"out", "err"}) write_file(folder / name, "");
  size_t peak = 0;
  const int status = wait_for(start(words, folder, options), folder, options, peak);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          .out = read_file(folder / "out"),
          .err = read_file(folder / "err"),
          .peak = peak};
}

ToolResult expect_success(const Words& words, const RunOptions& options) {
  auto result = run_tool(words, options);
  EXPECT_EQ(result.code, 0) << told(words, result);
  return result;
}

void expect_failure(int code, const Words& words, const Words& parts, const RunOptions& options) {
  const auto result = run_tool(words, options);
  EXPECT_EQ(result.code, code) << told(words, result);
  EXPECT_EQ(result.out, "");
  const auto lines = result.error_lines();
  ASSERT_EQ(lines.size(), 1u) << told(words, result);
  EXPECT_EQ(lines[0].rfind(words[0] + ": ", 0), 0u) << lines[0];
  for (const auto& part : parts)
    EXPECT_NE(lines[0].find(part), std::string::npos) << "no \"" << part << "\" in: " << lines[0];
}

}  // namespace reszoo::test
