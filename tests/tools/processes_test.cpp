// train by several processes that are killed, stopped or hang.
//
// RESZOO_RANK_KILLS is how often a process is killed, 5 unless it is set; RESZOO_KILLS_SEED chooses the moments. 300:
//
//     RESZOO_RANK_KILLS=300 build/dev/bin/test_tools --gtest_filter='Processes.KillsLeaveNoTrace'
#include <csignal>
#include <cstdlib>
#include <thread>

#include "reszoo/base/duration.h"
#include "reszoo/base/random.h"
#include "run_end.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// Ids of the processes that a process has started.
std::vector<pid_t> children_of(pid_t process) {
  std::istringstream text(read_file(fmt::format("/proc/{0}/task/{0}/children", process)));
  std::vector<pid_t> children;
  for (pid_t child = 0; text >> child;) children.push_back(child);
  return children;
}

/// A run of two processes: some seconds, most of which are their start.
struct PairRun {
  Goods goods{"price", 400};

  Words train(const std::string& out, const Words& more = {}) const {
    const Words run{"--processes", "2",   "--epochs",       "15",         "--checkpoint-every", "0.2",
                    "--val",       "0.2", "--model-kwargs", "dropout=0.1"};
    return goods.train(with(run + Words{"--out", goods.at(out)}, more));
  }
  ToolResult whole() const { return expect_success(train("whole")); }
  void expect_same(const std::string& out) const { expect_same_end(goods.at("whole"), goods.at(out)); }
};

/// Does something to one of the processes, once, when the log of the run is there.
std::function<void(pid_t)> once_begun(const fs::path& log, const std::function<void(const std::vector<pid_t>&)>& act) {
  return [log, act, done = false](pid_t tool) mutable {
    if (done || !fs::exists(log)) return;
    done = true;
    act(children_of(tool));
  };
}

int64_t kills_wanted() {
  const auto* text = std::getenv("RESZOO_RANK_KILLS");
  return text ? std::atoll(text) : 5;
}

/// Kills a process of a run at random moments, at most `most` times, and counts.
class Killer {
 public:
  Killer(Random& random, int64_t most) : random_(random), most_(most) {}
  int64_t done() const { return done_; }

  void operator()(pid_t tool) {
    const auto ranks = children_of(tool);
    if (ranks.size() < 2 || done_ == most_) return;
    if (ranks != seen_) due_ = steady_seconds() + random_.between(0, kLatest);  // they have been started again
    seen_ = ranks;
    if (steady_seconds() < due_) return;
    kill(ranks[random_.chance(0.5) ? 1 : 0], SIGKILL);
    ++done_;
    due_ = std::numeric_limits<double>::infinity();
  }

 private:
  static constexpr double kLatest = 1.5;  // seconds from the start of the processes
  Random& random_;
  int64_t most_, done_ = 0;
  double due_ = 0;
  std::vector<pid_t> seen_;
};

}  // namespace

TEST(Processes, KillsLeaveNoTrace) {
  const PairRun run;
  run.whole();
  const auto* seed = std::getenv("RESZOO_KILLS_SEED");
  Random random(static_cast<uint64_t>(seed ? std::atoll(seed) : 1));
  const auto wanted = kills_wanted();
  for (int64_t done = 0, number = 0; done < wanted && !HasFailure(); ++number) {
    Killer killer(random, std::min<int64_t>(wanted - done, 10));
    const auto out = fmt::format("cut-{}", number);
    const auto result = run_tool(run.train(out, {"--max-restarts", "10"}), {.meanwhile = std::ref(killer)});
    EXPECT_EQ(result.code, 0) << result.err;
    run.expect_same(out);
    done += killer.done();
    fs::remove_all(run.goods.at(out));
  }
}

TEST(Processes, AKilledOneIsNamed) {
  const PairRun run;
  const auto kill_second = once_begun(run.goods.at("out/log.jsonl"), [](const auto& ranks) {
    std::this_thread::sleep_for(std::chrono::seconds(3));  // its place is known to the others by a beat a second
    kill(ranks.at(1), SIGKILL);
  });
  const auto result = run_tool(run.train("out", {"--max-restarts", "0", "--epochs", "100000", "--patience", "0"}),
                               {.meanwhile = kill_second});
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_EQ(result.out, "");
  const auto line = result.error_lines().back();
  EXPECT_NE(line.find("train: rank 1 on host "), std::string::npos) << result.err;
  EXPECT_NE(line.find(", step "), std::string::npos) << line;
  EXPECT_NE(line.find("killed by signal 9"), std::string::npos) << line;
}

TEST(Processes, AHangingOneIsNamedAndAllStartAgain) {
  const PairRun run;
  run.whole();
  const auto stop_second =
      once_begun(run.goods.at("out/log.jsonl"), [](const auto& ranks) { kill(ranks.at(1), SIGSTOP); });
  const auto result = expect_success(run.train("out", {"--timeout", "2s"}), {.meanwhile = stop_second});
  EXPECT_NE(result.err.find("rank 1 on host "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("was lost"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("restart 1 of 3"), std::string::npos) << result.err;
  run.expect_same("out");
}

TEST(Processes, ASignalToAnyStopsAllBehindOneStep) {
  const PairRun run;
  run.whole();
  for (const int rank : {-1, 0, 1}) {  // -1: the launcher
    const auto out = fmt::format("stopped-{}", rank);
    RunOptions options;
    options.meanwhile = [&, done = false](pid_t tool) mutable {
      if (done || !fs::exists(run.goods.at(out + "/log.jsonl"))) return;
      done = true;
      kill(rank < 0 ? tool : children_of(tool).at(static_cast<size_t>(rank)), SIGTERM);
    };
    const auto result = run_tool(run.train(out), options);
    EXPECT_EQ(result.code, 143) << result.err;
    EXPECT_NE(result.err.find("--resume goes on"), std::string::npos) << result.err;
    expect_success(run.train(out, {"--resume"}));
    run.expect_same(out);
  }
}

TEST(Processes, Sigusr1WritesACheckpoint) {
  const PairRun run;
  const auto checkpoint = run.goods.at("out/checkpoint.safetensors");
  RunOptions options;
  options.meanwhile = [&, asked = false](pid_t tool) mutable {
    if (fs::exists(checkpoint)) kill(tool, SIGKILL);
    if (std::exchange(asked, asked || children_of(tool).size() == 2)) return;
    if (asked) kill(tool, SIGUSR1);
  };
  // Without the signal, an epoch has no checkpoint before its end.
  const auto result = run_tool(run.train("out", {"--checkpoint-every", "0", "--batch-size", "4"}), options);
  ASSERT_TRUE(fs::exists(checkpoint)) << result.err;
  const auto position = read_model_file(checkpoint).card["position"];
  EXPECT_EQ(position["epoch"], 0);
  EXPECT_GT(position["step"], 0);
}

TEST(Processes, AnErrorIsOneLine) {
  const PairRun run;
  expect_failure(1, run.train("out", {"--data", "no-such.csv"}), {"no-such.csv"});
  expect_failure(1, run.train("out", {"--target", "cost"}), {"cost"});
  expect_failure(2, run.train("out", {"--processes", "0"}), {"--processes"});
}
