#include "reszoo/distributed/launch.h"

#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "reszoo/base/atomic_file.h"
#include "reszoo/distributed/process_environment.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

struct Launched {
  int code = 0;
  Words lines;
};

Launched launch_worker(const TempDir& folder, const Words& words, int processes = 3, int max_restarts = 0) {
  Words arguments{"worker", folder.path().string()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  Launched result;
  result.code =
      launch(RESZOO_STAND_IN, arguments,
             {.processes = processes, .max_restarts = max_restarts, .name = "worker", .on_line = [&](const auto& line) {
                result.lines.push_back(line);
              }});
  return result;
}

bool is_running(const std::string& id) { return kill(std::stoi(id), 0) == 0; }

/// Waits until a file is there and has a text.
std::string wait_for_file(const fs::path& path) {
  for (int i = 0; i < 2000; ++i) {
    if (fs::exists(path)) return read_file(path);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << path << " does not come";
  return "0";
}

/// Runs the launcher in a process of its own and sends it a signal when all are ready; returns its status.
int status_after(int signal, const TempDir& folder, const Words& words) {
  const auto launcher = fork();
  if (launcher == 0) _exit(launch_worker(folder, words, 2).code);
  for (const auto* rank : {"0.0", "1.0"}) wait_for_file(folder / rank);
  kill(launcher, signal);
  int status = 0;
  waitpid(launcher, &status, 0);
  return status;
}

}  // namespace

TEST(Launch, GivesEachProcessItsPlace) {
  const TempDir folder;
  testing::internal::CaptureStdout();
  const auto result = launch_worker(folder, {"print"});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "rank 0 is heard\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.lines, Words());
  for (int rank = 0; rank < 3; ++rank)
    EXPECT_EQ(read_file(folder / fmt::format("{}.0", rank)), fmt::format("{0} of 3, {0} of 3", rank));
}

TEST(Launch, EndsWithTheErrorOfAProcess) {
  const TempDir folder;
  const auto result = launch_worker(folder, {"exit", "2", "5"}, 3, 4);
  EXPECT_EQ(result.code, 5);
  EXPECT_EQ(result.lines,
            (Words{"rank 2: a remark",
                   fmt::format("worker: rank 2 on host {} at epoch 1, step 31: no such file", host_name())}));
}

TEST(Launch, NamesAProcessThatWasKilled) {
  const TempDir folder;
  const auto result = launch_worker(folder, {"kill", "1", "1"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.lines,
            (Words{fmt::format("worker: rank 1 on host {} at epoch 1, step 31 was killed by signal 9 (Killed)",
                               host_name())}));
}

TEST(Launch, StartsAllAgainAfterOneWasKilled) {
  const TempDir folder;
  const auto result = launch_worker(folder, {"kill", "0", "2"}, 3, 2);
  EXPECT_EQ(result.code, 0);
  ASSERT_EQ(result.lines.size(), 4u);
  EXPECT_EQ(result.lines.back(), "worker: all 3 processes start again, restart 2 of 2");
  for (int restarts = 0; restarts < 2; ++restarts)
    for (int rank = 1; rank < 3; ++rank) {
      const auto file = folder / fmt::format("{}.{}", rank, restarts);
      if (fs::exists(file)) EXPECT_FALSE(is_running(read_file(file)));
    }
}

TEST(Launch, BelievesASurvivorThatNamesALostProcess) {
  const TempDir folder;
  const auto result = launch_worker(folder, {"lost", "1"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.lines, Words{"worker: rank 9 on moon was lost"});
}

TEST(Launch, PassesSignalsOn) {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) {
    const TempDir folder;
    const int status = status_after(signal, folder, {"listen"});
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), signal == SIGUSR1 ? 0 : 128 + signal);
    for (const auto* rank : {"0.0", "1.0"}) EXPECT_EQ(read_file(folder / rank), std::to_string(signal));
  }
}

TEST(Launch, ASignalEndsProcessesThatDoNotListen) {
  const TempDir folder;
  const int status = status_after(SIGTERM, folder, {"wait"});
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGTERM);
}

TEST(Launch, LeavesNoOrphans) {
  const TempDir folder;
  EXPECT_TRUE(WIFSIGNALED(status_after(SIGKILL, folder, {"wait"})));
  for (const auto* rank : {"0.0", "1.0"}) {
    const auto id = read_file(folder / rank);
    for (int i = 0; i < 500 && is_running(id); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_FALSE(is_running(id)) << rank;
  }
}

TEST(Launch, RefusesAProgramThatIsNotThere) {
  expect_error(ErrorKind::file, "no/program: cannot be started", [] { launch("no/program", {"x"}); });
  expect_error(ErrorKind::usage, "processes", [] { launch("no/program", {"x"}, {.processes = 0}); });
}
