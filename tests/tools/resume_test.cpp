// A run that is cut off and goes on.
#include <csignal>
#include <sstream>

#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

namespace fs = std::filesystem;

const Words kLong = {"--epochs", "12", "--sched", "cosine:0.1", "--val", "0.2"};

void expect_resumes_to_the_same_bytes(int signal, int code) {
  const Goods goods("price", 200);
  const auto cut =
      run_tool(goods.train(kLong + Words{"--out", goods.at("cut")}), {.signal_when = "epoch 2/", .signal = signal});
  EXPECT_EQ(cut.code, code) << cut.err;
  EXPECT_EQ(cut.out, "");
  EXPECT_NE(cut.err.find("--resume"), std::string::npos) << cut.err;
  EXPECT_FALSE(fs::exists(goods.at("cut/report.html")));
  ASSERT_TRUE(fs::exists(goods.at("cut/checkpoint.safetensors")));
  const auto rest = expect_success(goods.train(kLong + Words{"--out", goods.at("cut"), "--resume"}));
  EXPECT_EQ(rest.err.find("epoch 1/"), std::string::npos) << rest.err;
  EXPECT_EQ(rest.json()["epochs"], 12);
  goods.trained(kLong);
  EXPECT_TRUE(read_file(goods.model()) == read_file(goods.at("cut/model.safetensors")));
}

}  // namespace

TEST(Resume, AfterCtrlCGivesTheSameBytes) { expect_resumes_to_the_same_bytes(SIGINT, 130); }
TEST(Resume, AfterSigtermGivesTheSameBytes) { expect_resumes_to_the_same_bytes(SIGTERM, 143); }

TEST(Resume, WithoutACheckpointIsRefused) {
  const Goods goods;
  expect_failure(1, goods.train({"--resume", "--out", goods.at("out")}),
                 {goods.at("out/checkpoint.safetensors"), "no checkpoint"});
  expect_failure(1, goods.train({"--resume"}), {"--resume", "--out"});
}

TEST(Resume, WithOtherSettingsIsRefusedByName) {
  const Goods goods;
  goods.trained();
  const auto result = run_tool(goods.train({"--resume", "--out", goods.at("out"), "--lr", "0.5"}));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.error_lines().back().find("cannot resume: lr was 0.001, got 0.5"), std::string::npos) << result.err;
}

TEST(Resume, OfAFinishedRunGoesOnWithMoreEpochs) {
  const Goods goods;
  goods.trained();
  const auto result = expect_success(goods.train({"--resume", "--out", goods.at("out"), "--epochs", "4"}));
  EXPECT_EQ(result.json()["epochs"], 4);
}

namespace {

Words epoch_files(const Goods& goods) {
  Words names;
  for (const auto& entry : fs::directory_iterator(goods.at("out")))
    if (const auto name = entry.path().filename().string(); name.starts_with("model-epoch-")) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

/// The epochs of the log that have the least rmse.
Words best_two(const Goods& goods) {
  std::vector<std::pair<double, std::string>> epochs;
  std::istringstream stream(read_file(goods.at("out/log.jsonl")));
  for (std::string line; std::getline(stream, line);) {
    const auto json = nlohmann::json::parse(line);
    epochs.emplace_back(json["val"]["rmse"], fmt::format("model-epoch-{:03}.safetensors", json["epoch"].get<int>()));
  }
  std::sort(epochs.begin(), epochs.end());
  Words names{epochs.at(0).second, epochs.at(1).second};
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST(Keep, HoldsTheModelsOfTheBestEpochs) {
  const Goods goods;
  const Words keep{"--checkpoint-hist", "2", "--epochs", "6", "--lr", "0.1", "--val", "0.2"};
  goods.trained(keep);
  EXPECT_EQ(epoch_files(goods), best_two(goods));
  int equal = 0;
  for (const auto& name : epoch_files(goods)) {
    EXPECT_NO_THROW(Model::load(goods.at("out/" + name)));
    equal += read_file(goods.at("out/" + name)) == read_file(goods.model());
  }
  EXPECT_EQ(equal, 1);  // the best is there under both names
  const Words more{"--out", goods.at("out"), "--resume", "--epochs", "9",  "--checkpoint-hist",
                   "2",     "--lr",          "0.1",      "--val",    "0.2"};
  expect_success(goods.train(more));
  EXPECT_EQ(epoch_files(goods), best_two(goods));
  goods.trained({"--overwrite"});
  EXPECT_EQ(epoch_files(goods), Words());
}

TEST(Keep, HoldsTheLastEpochsWithoutValidation) {
  const Goods goods;
  goods.trained({"--checkpoint-hist", "2", "--epochs", "5", "--val", "0"});
  EXPECT_EQ(epoch_files(goods), (Words{"model-epoch-004.safetensors", "model-epoch-005.safetensors"}));
  EXPECT_TRUE(read_file(goods.at("out/model-epoch-005.safetensors")) == read_file(goods.model()));
}
