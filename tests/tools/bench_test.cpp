// bench: what it prints; its figures are the machine's.
#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const Words kShort{"--seconds", "0.01", "--threads", "1", "--json"};

}  // namespace

TEST(Bench, MeasuresANetworkWithoutAFile) {
  const auto json = expect_success(Words{"bench", "--model", "cifar_resnet20", "--batch-size", "2"} + kShort).json();
  EXPECT_EQ(json["model"], "cifar_resnet20");
  EXPECT_EQ(json["batch_size"], 2);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["fused"], true);
  EXPECT_EQ(json["unit"], "images/s");
  EXPECT_GT(json["median"], 0);
  EXPECT_GE(json["best"], json["median"]);
  EXPECT_GT(json["p99_ms"], 0);
}

TEST(Bench, MeasuresAModelFileAndThePlainNetwork) {
  const Goods goods("price");
  goods.trained();
  const auto json =
      expect_success(Words{"bench", "--weights", goods.model(), "--no-fuse", "--batch-size", "64"} + kShort).json();
  EXPECT_EQ(json["fused"], false);
  EXPECT_EQ(json["unit"], "rows/s");
}

TEST(Bench, StreamsShareTheThreads) {
  const auto json = expect_success({"bench", "--model", "cifar_resnet20", "--streams", "3", "--threads", "3",
                                    "--seconds", "0.05", "--json"})
                        .json();
  EXPECT_EQ(json["streams"], 3);
  EXPECT_GT(json["mean"], 0);
}

TEST(Bench, ProfilesEveryLayer) {
  const auto result = expect_success({"bench", "--model", "resnet18", "--input-size", "3,64,64", "--profile"});
  for (const auto* word :
       {"layer4.1.conv2 + layer4.1.bn2 + add + relu", "multiply-adds", "max_pool", "winograd", "linear"})
    EXPECT_NE(result.out.find(word), std::string::npos) << word;
  const auto layers =
      expect_success(Words{"bench", "--model", "resnet18", "--input-size", "3,64,64", "--profile", "--json"})
          .json()["layers"];
  EXPECT_EQ(layers[1]["layer"], "conv1");
  EXPECT_EQ(layers[1]["output"], nlohmann::json::parse("[1, 64, 32, 32]"));
  EXPECT_GT(layers[1]["peak"], 0);
}

TEST(Bench, WritesTheAlgorithmsIntoAModelFile) {
  const TempDir folder;
  const auto tuned = (folder / "tuned.safetensors").string();
  expect_success(Words{"bench", "--model", "cifar_resnet20", "--autotune", "--out", tuned} + kShort);
  const auto model = Model::load(tuned);
  EXPECT_EQ(model.algorithms.size(), 20u);
  EXPECT_TRUE(model.algorithms.contains("layer1.0.conv1"));
  const auto layers = expect_success(Words{"bench", "--weights", tuned, "--profile"} + kShort).json()["layers"];
  for (const auto& layer : layers)
    if (layer["algorithm"] != "") EXPECT_EQ(layer["algorithm"], model.algorithms.at(layer["layer"])) << layer;
}

TEST(Bench, RefusesInOneLine) {
  expect_failure(2, {"bench"}, {"--model, --weights or --pretrained"});
  expect_failure(2, {"bench", "--model", "resnet18", "--batch-size", "0"}, {"--batch-size"});
  expect_failure(1, {"bench", "--model", "resnet5O"}, {"did you mean resnet50?"});
  expect_failure(1, {"bench", "--model", "resnet18", "--input-size", "4,64,64"}, {"input must be (N, 3, H, W)"});
  expect_failure(1, {"bench", "--model", "resnet18", "--no-fuse", "--profile"},
                 {"--profile: needs a network that is fused"});
}
