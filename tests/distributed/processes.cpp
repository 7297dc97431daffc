#include "processes.h"

#include <ATen/Parallel.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/distributed/connect.h"
#include "support/support.h"

namespace reszoo::test {
namespace {

std::map<std::string, Scenario>& scenarios() {
  static std::map<std::string, Scenario> all;
  return all;
}

/// A port on which nobody listens now.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!bound) fail(ErrorKind::input, "free_port: no port");
  return ntohs(address.sin_port);
}

/// The environment of a process with this job, which is not a share of the tests.
std::vector<std::string> environment_with(const nlohmann::json& job) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry)
    if (!std::string_view(*entry).starts_with("GTEST_")) all.emplace_back(*entry);
  all.push_back("RESZOO_TEST_JOB=" + job.dump());
  return all;
}

pid_t start(const nlohmann::json& job, const std::string& output) {
  const auto environment = environment_with(job);
  std::vector<char*> variables;
  for (const auto& entry : environment) variables.push_back(const_cast<char*>(entry.c_str()));
  variables.push_back(nullptr);
  const char* words[] = {"test", "--gtest_filter=Processes.DISABLED_One", "--gtest_also_run_disabled_tests",
                         "--gtest_brief=1", nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t id = 0;
  const int failed = ::posix_spawn(&id, "/proc/self/exe", &files, nullptr, const_cast<char**>(words), variables.data());
  posix_spawn_file_actions_destroy(&files);
  if (failed) fail(ErrorKind::input, "posix_spawn: {}", failed);
  return id;
}

int wait_for(pid_t id) {
  int status = 0;
  ::waitpid(id, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string content(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

}  // namespace

KnownScenario::KnownScenario(const std::string& name, Scenario scenario) { scenarios()[name] = std::move(scenario); }

std::vector<Ended> run_processes(const std::string& scenario, const nlohmann::json& arguments,
                                 const ProcessesOptions& options) {
  const TempDir folder;
  const auto port = free_port();
  std::vector<int> ids;
  std::vector<std::string> outputs;
  const int started = options.started < 0 ? options.size : options.started;
  for (int rank = 0; rank < started; ++rank) {
    outputs.push_back((folder / std::to_string(rank)).string());
    ids.push_back(start({{"scenario", scenario},
                         {"arguments", arguments},
                         {"rank", rank},
                         {"size", options.size},
                         {"port", port},
                         {"timeout", options.timeout},
                         {"threads", options.threads}},
                        outputs.back()));
  }
  if (options.meanwhile) options.meanwhile(ids);
  std::vector<Ended> ended;
  for (size_t i = 0; i < ids.size(); ++i) {
    const int code = wait_for(ids[i]);
    ended.push_back({code, content(outputs[i])});
  }
  return ended;
}

void expect_processes(int size, const std::string& scenario, const nlohmann::json& arguments) {
  for (const auto& process : run_processes(scenario, arguments, {.size = size}))
    ASSERT_EQ(process.code, 0) << scenario << " " << arguments << " of " << size << ": " << process.out;
}

}  // namespace reszoo::test

/// One process of run_processes.
TEST(Processes, DISABLED_One) {
  using namespace reszoo;
  const auto* text = std::getenv("RESZOO_TEST_JOB");
  if (!text) GTEST_SKIP() << "started by other tests";
  const auto job = nlohmann::json::parse(text);
  at::set_num_threads(job.at("threads"));
  int code = 0;
  try {
    std::shared_ptr<ProcessGroup> group;
    if (job.at("size") > 1)
      group = connect({.rank = job.at("rank"),
                       .size = job.at("size"),
                       .local_rank = job.at("rank"),
                       .local_size = job.at("size"),
                       .address = "127.0.0.1",
                       .port = job.at("port"),
                       .agent_store = false,
                       .restarts = 0,
                       .launcher = "test"},
                      {.backend = "gloo", .interface = "lo", .timeout = job.at("timeout")});
    test::scenarios().at(job.at("scenario"))(group, job.at("arguments"));
    if (testing::Test::HasFailure()) code = 3;
  } catch (const std::exception& error) {
    std::cout << message_of(error) << std::endl;
    code = 1;
  }
  std::exit(code);
}
