// Runs on images that are asked to stop, or find the disk full, while threads make images for them.
#include <csignal>

#include "reszoo/weights/model_file.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;
namespace fs = std::filesystem;

namespace {

/// Images, and a run on them that takes long enough to be stopped.
struct LongRun {
  TempDir folder;
  LongRun() { put_images(folder / "idx"); }

  std::string at(const std::string& name) const { return (folder / name).string(); }
  Words train(const Words& more = {}) const {
    return chancy_run(at("idx"), at("out"), with({"--epochs", "400"}, more));
  }
  nlohmann::json position() const { return read_model_file(at("out/checkpoint.safetensors")).card["position"]; }
};

void expect_stops(int signal, int code) {
  const LongRun run;
  const RunOptions options{.signal_when = "epoch 2/", .signal_after = 0.1, .signal = signal};
  const auto result = run_tool(run.train({"--checkpoint-every", "0"}), options);
  EXPECT_EQ(result.code, code) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("--resume goes on"), std::string::npos) << result.err;
  EXPECT_GE(run.position()["epoch"], 2);
  EXPECT_FALSE(fs::exists(run.at("out/report.html")));
}

}  // namespace

TEST(Stop, SigtermAndCtrlCWriteACheckpointAndEndWithTheirNumber) {
  expect_stops(SIGTERM, 143);
  expect_stops(SIGINT, 130);
}

TEST(Stop, ComesWithinAStepOfAnEpochsMany) {
  const LongRun run;
  put_images(run.folder / "many", 4000, 20);
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run_tool(run.train({"--data", run.at("many"), "--checkpoint-every", "0"}),
                               {.signal_when = "rows to train on", .signal_after = 1, .signal = SIGTERM});
  EXPECT_EQ(result.code, 143) << result.err;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
  EXPECT_EQ(run.position()["epoch"], 0);
  EXPECT_GT(run.position()["step"], 0);
}

TEST(Stop, ASecondCtrlCEndsItAtOnce) {
  // While the checkpoint that the first one asks for is written, or before: either way nothing is torn.
  for (int i = 0; i < 3; ++i) {
    const LongRun run;
    const auto result = run_tool(run.train(), {.signal_when = "epoch 2/", .signal = SIGINT, .second_signal = SIGINT});
    EXPECT_TRUE(result.code == -SIGINT || result.code == 130) << result.code << result.err;
    EXPECT_GE(run.position()["epoch"], 1);
  }
}

TEST(Stop, AFullDiskIsFoundBeforeTrainingAndKeepsTheOldFiles) {
  const LongRun run;
  const Words few{"--epochs", "3", "--checkpoint-every", "0"};
  expect_success(run.train(few));
  const auto model = read_file(run.at("out/model.safetensors"));
  const auto checkpoint = read_file(run.at("out/checkpoint.safetensors"));
  // No file may grow to a model's size.
  const auto result = run_tool(run.train(few + Words{"--seed", "5", "--overwrite"}), {.largest_file = 100'000});
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_EQ(result.err.find("epoch"), std::string::npos) << result.err;
  EXPECT_NE(result.error_lines().back().find("checkpoint.safetensors: cannot be written"), std::string::npos)
      << result.err;
  EXPECT_TRUE(read_file(run.at("out/model.safetensors")) == model);
  EXPECT_TRUE(read_file(run.at("out/checkpoint.safetensors")) == checkpoint);
  for (const auto& entry : fs::directory_iterator(run.at("out"))) EXPECT_NE(entry.path().extension(), ".tmp");
}
