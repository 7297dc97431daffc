#include "distributed/launch_attempt.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "reszoo/base/error.h"
#include "reszoo/distributed/process_environment.h"

extern char** environ;

namespace reszoo::detail {
namespace {

/// Variables that the processes get from their launcher alone.
constexpr const char* kOwn[] = {"RANK",
                                "WORLD_SIZE",
                                "LOCAL_RANK",
                                "LOCAL_WORLD_SIZE",
                                "MASTER_ADDR",
                                "MASTER_PORT",
                                "TORCHELASTIC_RUN_ID",
                                "TORCHELASTIC_USE_AGENT_STORE",
                                "TORCHELASTIC_RESTART_COUNT",
                                kLauncherVariable};

bool is_stop(int code) { return code == 128 + SIGINT || code == 128 + SIGTERM; }

}  // namespace

LaunchAttempt::LaunchAttempt(const LaunchOptions& options, int restarts)
    : options_(options),
      server_(c10::make_intrusive<c10d::TCPStore>(
          "127.0.0.1", c10d::TCPStoreOptions{.port = 0, .isServer = true, .waitWorkers = false})),
      store_(store_of_attempt(server_, restarts)),
      restarts_(restarts) {}

void LaunchAttempt::start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                          const sigset_t& blocked) {
  for (int rank = 0; rank < options_.processes; ++rank)
    children_.push_back(std::make_unique<ChildProcess>(ChildStart{.program = program,
                                                                  .arguments = arguments,
                                                                  .environment = environment_of(rank),
                                                                  .shown = rank == 0,
                                                                  .group = rank == 0 ? 0 : group(),
                                                                  .blocked = blocked}));
}

GroupEnd LaunchAttempt::watch(const SignalQueue& signals) {
  std::optional<GroupEnd> failed;
  while (is_running()) {
    wait_for_news(signals.descriptor());
    while (const auto signal = signals.next())
      if (*signal != SIGCHLD) pass_on(*signal);
    for (size_t i = 0; i < children_.size() && !failed; ++i) failed = look_at(static_cast<int>(i));
    if (!failed) continue;
    if (is_running()) kill(-group(), SIGKILL);
    for (const auto& child : children_) child->wait();
    return *failed;
  }
  return {.code = stopped_};
}

bool LaunchAttempt::is_running() const {
  return std::any_of(children_.begin(), children_.end(), [](const auto& child) { return !child->ended(); });
}

std::vector<std::string> LaunchAttempt::environment_of(int rank) const {
  std::vector<std::string> variables;
  for (auto** variable = environ; *variable; ++variable) {
    const std::string_view text(*variable);
    const auto name = text.substr(0, text.find('='));
    if (std::find(std::begin(kOwn), std::end(kOwn), name) == std::end(kOwn)) variables.emplace_back(text);
  }
  const auto set = [&](const char* name, const auto& value) { variables.push_back(fmt::format("{}={}", name, value)); };
  set("RANK", rank);
  set("LOCAL_RANK", rank);
  set("WORLD_SIZE", options_.processes);
  set("LOCAL_WORLD_SIZE", options_.processes);
  set("MASTER_ADDR", server_->getHost());
  set("MASTER_PORT", server_->getPort());
  set("TORCHELASTIC_USE_AGENT_STORE", "True");
  set("TORCHELASTIC_RESTART_COUNT", restarts_);
  set(kLauncherVariable, getpid());
  return variables;
}

void LaunchAttempt::wait_for_news(int signals) const {
  std::vector<pollfd> files{{.fd = signals, .events = POLLIN, .revents = 0}};
  for (const auto& child : children_) files.push_back({.fd = child->descriptor(), .events = POLLIN, .revents = 0});
  poll(files.data(), files.size(), -1);
  for (const auto& child : children_) child->read_errors();
}

void LaunchAttempt::pass_on(int signal) {
  if (signal == SIGINT || signal == SIGTERM) asked_ = signal;
  if (signal != SIGTSTP) {
    kill(-group(), signal);
    return;
  }
  kill(-group(), SIGSTOP);
  raise(SIGSTOP);  // until this process is continued
  kill(-group(), SIGCONT);
}

std::optional<GroupEnd> LaunchAttempt::look_at(int rank) {
  auto& child = *children_[static_cast<size_t>(rank)];
  if (child.ended()) return {};
  child.look();
  if (!child.ended() || (child.code() == 0 && child.signal() == 0)) return {};
  if (is_stop(child.code())) stopped_ = child.code();
  if (is_stop(child.code())) return {};
  // A process that does not yet listen to signals is ended by them.
  if (asked_ != 0 && child.signal() == asked_) return GroupEnd{.code = 128 + asked_};
  return asked_ == 0 ? tell_failure(rank, child) : GroupEnd{.code = tell_failure(rank, child).code};
}

GroupEnd LaunchAttempt::tell_failure(int rank, const ChildProcess& child) const {
  if (const auto fault = read_fault(*store_); !fault.line.empty()) {
    say(fault.line);
    return {.code = fault.lost || child.code() == 0 ? 1 : child.code(), .lost = fault.lost};
  }
  auto beat = read_beat(*store_, rank);
  if (beat.host.empty()) beat.host = host_name();  // it ended before its first one
  const auto name = name_of(rank, beat);
  auto lines = child.lines();
  const auto begin = options_.name + ": ";
  const bool told = !lines.empty() && lines.back().starts_with(begin);
  const auto error = told ? lines.back().substr(begin.size()) : "";
  if (told) lines.pop_back();
  for (const auto& line : lines) options_.on_line(fmt::format("rank {}: {}", rank, line));
  if (child.signal() != 0) {
    say(fmt::format("{} was killed by signal {} ({})", name, child.signal(), strsignal(child.signal())));
    return {.code = 1, .lost = true};
  }
  if (told) say(fmt::format("{}: {}", name, error));
  else if (rank > 0) say(fmt::format("{} ended with exit code {}", name, child.code()));  // rank 0 was heard
  return {.code = child.code()};
}

void LaunchAttempt::say(const std::string& line) const { options_.on_line(options_.name + ": " + line); }

}  // namespace reszoo::detail
