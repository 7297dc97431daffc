// --pretrained: from a name to class names, and what is said when that fails.
#include <csignal>

#include "hub/server.h"
#include "hub/variables.h"
#include "reszoo/hub/imagenet.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/weights/pth.h"
#include "reszoo/zoo/load_network.h"
#include "reszoo/zoo/registry.h"
#include "slope_image.h"
#include "small_data.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A home without weights, on a machine whose network is one server.
struct Home {
  TempDir folder;
  Variables variables{hub_home(folder.path().string())};

  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::filesystem::path weights() const { return folder / ".cache/reszoo/weights"; }
};

/// Puts weights of our own making where those of `file` would be.
Network put_weights(const std::filesystem::path& path) {
  auto network = create_model("resnet18");
  fill_module(*network);
  network->eval();
  std::filesystem::create_directories(path.parent_path());
  write_pth(path, state_of(*network));
  return network;
}

}  // namespace

TEST(PretrainedTool, PredictKnowsPreprocessingAndClassNames) {
  const Home home;
  const auto pixels = put_image(home.at("cat.png"));
  auto network = put_weights(home.weights() / "resnet18_a1_0-d63eafa0.pth");
  const auto json = expect_success({"predict", "--pretrained", "resnet18.a1_in1k", "--no-verify", home.at("cat.png"),
                                    "--threads", "1", "--json"})
                        .json();
  const ImagePreprocess bicubic{.resize = 235,
                                .crop = 224,
                                .mean = imagenet_preprocess().mean,
                                .std = imagenet_preprocess().std,
                                .interpolation = "bicubic"};
  const torch::NoGradGuard no_grad;
  const auto x = bicubic(ImageView{.data = pixels.const_data_ptr<uint8_t>(), .height = 50, .width = 60});
  EXPECT_EQ(json["predictions"][0], imagenet_classes()[network->forward(x).argmax(1).item<int64_t>()]);
}

TEST(PretrainedTool, FeaturesComeFromPyTorchsCacheToo) {
  const Home home;
  put_image(home.at("cat.png"));
  put_weights(home.folder / ".cache/torch/hub/checkpoints/resnet18-f37072fd.pth");
  const auto json = expect_success({"features", "--pretrained", "resnet18", "--no-verify", home.at("cat.png"), "--out",
                                    home.at("f.npy"), "--json"})
                        .json();
  EXPECT_EQ(json["features"], 512);
}

TEST(PretrainedTool, TrainBeginsWithThem) {
  const Home home;
  put_images(home.folder / "idx", 8, 4);  // grey, two classes: the first and the last layer are adapted
  put_weights(home.weights() / "resnet18-f37072fd.pth");
  const auto result = expect_success({"train", "--pretrained", "resnet18", "--no-verify", "--data", home.at("idx"),
                                      "--dry-run", "--batch-size", "4", "--threads", "1", "--json"});
  EXPECT_EQ(result.json()["model"], "resnet18");
  EXPECT_NE(result.err.find("resnet18-f37072fd.pth: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("fc.weight"), std::string::npos) << result.err;
}

TEST(PretrainedTool, AWrongFileFromTheNetworkIsNamedWithItsDigest) {
  const Home home;
  const Server server(Answer{.body = "not the weights"});
  const Variables mirror{{{"RESZOO_HUB_URL", server.url()}}};
  const auto result = run_tool({"predict", "--pretrained", "resnet18", "cat.png"});
  EXPECT_EQ(result.code, 1);
  const auto lines = result.error_lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "downloading resnet18-f37072fd.pth, 0.0 MB");
  EXPECT_TRUE(lines[1].starts_with("predict: resnet18-f37072fd.pth: " + server.url("/resnet18-f37072fd.pth") +
                                   " gave a file of SHA-256 "))
      << lines[1];
  EXPECT_NE(lines[1].find("expected f37072fd"), std::string::npos) << lines[1];
  EXPECT_TRUE(std::filesystem::is_empty(home.weights()));
}

TEST(PretrainedTool, ADamagedFileOfTheCacheIsTold) {
  const Home home;
  std::filesystem::create_directories(home.weights());
  write_file(home.weights() / "resnet18-f37072fd.pth", "damaged");
  const Variables offline{{{"RESZOO_OFFLINE", "1"}}};
  const auto result = run_tool({"predict", "--pretrained", "resnet18", "cat.png"});
  EXPECT_EQ(result.code, 1);
  ASSERT_EQ(result.error_lines().size(), 2u);
  EXPECT_NE(result.error_lines()[0].find("expected f37072fd"), std::string::npos) << result.err;
}

TEST(PretrainedTool, OfflineSaysWhereToGetTheFileAndWhereToPutIt) {
  const Home home;
  const Variables mirror{{{"RESZOO_HUB_URL", refused_url()}}};
  for (const std::string tool : {"predict", "features"})
    expect_failure(
        1,
        Words{tool, "--pretrained", "resnet18", "cat.png"} + (tool == "features" ? Words{"--out", "x.npy"} : Words{}),
        {"resnet18-f37072fd.pth: cannot be downloaded", "get http://127.0.0.1",
         "put it into " + home.weights().string()});
}

TEST(PretrainedTool, CtrlCLeavesThePartForTheNextTime) {
  const Home home;
  const Server server([](const Asked&, size_t number) {
    return Answer{.body = std::string(1'000'000, 'x'),
                  .hang_after = number == 0 ? std::optional<size_t>(300'000) : std::nullopt};
  });
  const Variables mirror{{{"RESZOO_HUB_URL", server.url()}}};
  const Words words{"predict", "--pretrained", "resnet18", "cat.png"};
  EXPECT_EQ(run_tool(words, {.signal_when = "downloading", .signal = SIGINT}).code, -SIGINT);
  const auto part = std::filesystem::file_size(home.weights() / "resnet18-f37072fd.pth.part");
  EXPECT_GT(part, 0u);
  run_tool(words);
  EXPECT_EQ(server.asked().at(1).range, fmt::format("bytes={}-", part));
}

TEST(PretrainedTool, AnUnknownNameOrTagIsTold) {
  const Home home;
  expect_failure(1, {"predict", "--pretrained", "resnet5O", "cat.png"}, {"did you mean resnet50?"});
  expect_failure(1, {"predict", "--pretrained", "resnet50:IMAGENET1K_V3", "cat.png"}, {"it has IMAGENET1K_V2"});
}

TEST(PretrainedTool, WeightsComeFromOnePlace) {
  expect_failure(2, {"predict", "--pretrained", "resnet18", "--weights", "x", "cat.png"}, {"excludes"});
  expect_failure(2, {"predict", "--pretrained", "resnet18", "--model", "resnet18", "cat.png"}, {"excludes"});
  expect_failure(2, {"predict", "cat.png"}, {"--weights or --pretrained"});
}

TEST(PretrainedTool, ModelsListsWhatThereIs) {
  const auto text = expect_success({"models", "--pretrained", "resnet50"}).out;
  EXPECT_TRUE(text.starts_with("resnet50.IMAGENET1K_V2 ")) << text;
  EXPECT_NE(text.find("resnet50.a1_in1k "), std::string::npos) << text;
  const auto json = expect_success({"models", "--pretrained", "alexnet", "--json"}).json();
  EXPECT_EQ(json["weights"][0]["tag"], "IMAGENET1K_V1");
  EXPECT_EQ(json["weights"][0]["sha256_begins"], "7be5be79");
  const auto described = expect_success({"models", "--describe", "resnet50", "--json"}).json();
  EXPECT_EQ(described["weights"].size(), 21u);
  EXPECT_EQ(described["weights"][0]["top1"], 80.858);
}
