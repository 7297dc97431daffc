// hf-hub:owner/name wherever weights are named, against a local server that answers as the Hub does.
#include <csignal>

#include "hub/fake_hub.h"
#include "reszoo/weights/pth.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/load_network.h"
#include "reszoo/zoo/registry.h"
#include "slope_image.h"
#include "small_data.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr char kConfigOfThree[] =
    R"({"architecture": "test_resnet", "num_classes": 3, "label_names": ["cat", "dog", "owl"],
  "pretrained_cfg": {"input_size": [3, 64, 64], "crop_pct": 1.0, "interpolation": "bilinear"}})";

/// A repository of a small ResNet of three classes, of which the bias decides for the last.
struct OwlHub {
  FakeHub hub;

  OwlHub() {
    const auto network = create_model("test_resnet", ImageOptions{.outputs = 3});
    fill_module(*network);
    const torch::NoGradGuard no_grad;
    auto state = state_of(*network);
    state["fc.bias"].zero_();
    state["fc.bias"][2] = 1000;
    hub.files = {{"config.json", kConfigOfThree}, {"model.safetensors", serialize_safetensors(state)}};
    put_images(hub.home / "idx", 8, 4);
    put_image(at("bird.png"));
  }
  std::string at(const std::string& name) const { return (hub.home / name).string(); }
  Words images() const { return {at("bird.png")}; }
};

const Words kOneThread{"--threads", "1", "--json"};

}  // namespace

TEST(HubTool, PredictTakesItAsWeightsAndAsPretrained) {
  const OwlHub f;
  for (const std::string option : {"--weights", "--pretrained"}) {
    const auto result = expect_success(Words{"predict", option, "hf-hub:owner/net"} + f.images() + kOneThread);
    EXPECT_EQ(result.json()["predictions"][0], "owl");
    EXPECT_FALSE(result.json().contains("unanswered"));
  }
  EXPECT_EQ(f.hub.storage().asked().size(), 1u);
}

TEST(HubTool, ServeTakesIt) {
  const OwlHub f;
  const auto result = expect_success({"serve", "--weights", "hf-hub:owner/net", "--port", "0", "--json"},
                                     {.signal_when = "answers for", .signal = SIGTERM});
  EXPECT_EQ(result.json().at("models"), nlohmann::json({"net"}));
}

TEST(HubTool, ANetworkThatIsNamedNeedsNoConfig) {
  OwlHub f;
  f.hub.files.erase("config.json");
  const auto refused = run_tool(Words{"predict", "--weights", "hf-hub:owner/net"} + f.images());
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("predict: hf-hub:owner/net: has no config.json"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("name it with --model\n"), std::string::npos) << refused.err;
  const auto result = expect_success(
      Words{"predict", "--weights", "hf-hub:owner/net", "--model", "test_resnet", "--model-kwargs", "outputs=3"} +
      f.images() + kOneThread);
  EXPECT_EQ(result.json()["predictions"][0], "2");
}

TEST(HubTool, FeaturesTakeIt) {
  const OwlHub f;
  const auto result = expect_success(Words{"features", "--weights", "hf-hub:owner/net", "--out", f.at("f.npy")} +
                                     f.images() + kOneThread);
  EXPECT_EQ(result.json()["rows"], 1);
  EXPECT_GT(result.json()["features"], 3);
}

TEST(HubTool, TrainBeginsWithIt) {
  const OwlHub f;
  for (const Words& start :
       {Words{"--initial-checkpoint", "hf-hub:owner/net", "--adapt"}, Words{"--pretrained", "hf-hub:owner/net"},
        Words{"--initial-checkpoint", "hf-hub:owner/net", "--model", "test_resnet", "--adapt"}}) {
    const auto result =
        expect_success(Words{"train", "--data", f.at("idx"), "--dry-run", "--batch-size", "4"} + start + kOneThread);
    EXPECT_EQ(result.json()["model"], "test_resnet");
    EXPECT_NE(result.err.find("model.safetensors: "), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("fc.weight"), std::string::npos) << result.err;
  }
}

TEST(HubTool, ConvertKnowsNetworkAndPreprocessing) {
  const OwlHub f;
  const auto onnx = expect_success(Words{"convert", "hf-hub:owner/net", f.at("net.onnx")} + kOneThread).json();
  EXPECT_EQ(onnx["model"], "test_resnet");
  EXPECT_EQ(onnx["preprocessing"]["image"]["crop"], 64);
  expect_success(Words{"convert", "hf-hub:owner/net", f.at("net.pth")} + kOneThread);
  EXPECT_EQ(read_pth(f.at("net.pth"))["fc.bias"][2].item<float>(), 1000);
}

TEST(HubTool, OfflineNamesWhatToDownload) {
  const OwlHub f;
  const Variables offline{{{"HF_HUB_OFFLINE", "1"}}};
  const auto url = f.hub.hub().url("/owner/net/resolve/main/");
  expect_failure(1, Words{"predict", "--weights", "hf-hub:owner/net"} + f.images(),
                 {"hf-hub:owner/net: cannot be downloaded (offline)",
                  "get " + url + "config.json and " + url + "model.safetensors by other means",
                  "put them into " + (f.hub.cache() / "snapshots/main").string()});
}

TEST(HubTool, AGatedRepositoryIsSaid) {
  OwlHub f;
  f.hub.token = "hf_secret";
  expect_failure(1, Words{"predict", "--weights", "hf-hub:owner/net"} + f.images(),
                 {"is gated", "accept the licence on " + f.hub.hub().url("/owner/net"), "set HF_TOKEN"});
  expect_failure(1, Words{"predict", "--weights", "hf-hub:net"} + f.images(), {"must be hf-hub:owner/name"});
}

TEST(HubTool, TimmsWeightsWithoutADigestComeFromTheHub) {
  OwlHub f;
  f.hub.name = "timm/test_resnet.r160_in1k";
  const auto network = create_model("test_resnet");
  f.hub.files = {{"model.safetensors", serialize_safetensors(state_of(*network))}};
  const auto result =
      expect_success(Words{"predict", "--pretrained", "test_resnet.r160_in1k"} + f.images() + kOneThread);
  EXPECT_EQ(result.json()["rows"], 1);
  EXPECT_NE(result.err.find("downloading model.safetensors of timm/test_resnet.r160_in1k"), std::string::npos);
}
