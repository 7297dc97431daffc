#include "distributed/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/retry_on_eintr.h"
#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

constexpr size_t kLinesKept = 40, kLongestLine = 4096;

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::ChildProcess(const ChildStart& start) {
  std::array<int, 2> pipe{-1, -1};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!start.shown && pipe2(pipe.data(), O_CLOEXEC) == 0) {
    fcntl(pipe[0], F_SETFL, O_NONBLOCK);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, start.group);
  posix_spawnattr_setsigmask(&attributes, &start.blocked);
  const int error = posix_spawn(&id_, start.program.c_str(), &actions, &attributes, pointers_to(start.arguments).data(),
                                pointers_to(start.environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (pipe[1] >= 0) close(pipe[1]);
  errors_ = pipe[0];
  if (error == 0) return;
  if (errors_ >= 0) close(errors_);
  fail(ErrorKind::file, "{}: cannot be started: {}", start.program.string(), std::generic_category().message(error));
}

ChildProcess::~ChildProcess() {
  if (ended()) return;
  kill(id_, SIGKILL);
  wait();
}

void ChildProcess::look() {
  int status = 0;
  if (!ended() && retry_on_eintr([&] { return waitpid(id_, &status, WNOHANG); }) == id_) end(status);
}

void ChildProcess::wait() {
  int status = 0;
  if (!ended() && retry_on_eintr([&] { return waitpid(id_, &status, 0); }) == id_) end(status);
}

void ChildProcess::end(int status) {
  status_ = status;
  read_errors();
  if (!unfinished_.empty()) lines_.push_back(unfinished_);
  if (errors_ >= 0) close(errors_);
  errors_ = -1;
}

int ChildProcess::code() const { return WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 0; }
int ChildProcess::signal() const { return WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0; }

void ChildProcess::read_errors() {
  std::array<char, 4096> bytes{};
  while (errors_ >= 0) {
    const auto count = retry_on_eintr([&] { return read(errors_, bytes.data(), bytes.size()); });
    if (count <= 0) return;
    for (const char letter : std::string_view(bytes.data(), static_cast<size_t>(count))) {
      if (letter != '\n' && unfinished_.size() < kLongestLine) unfinished_ += letter;
      if (letter != '\n') continue;
      lines_.push_back(std::exchange(unfinished_, ""));
      if (lines_.size() > kLinesKept) lines_.pop_front();
    }
  }
}

}  // namespace reszoo::detail
