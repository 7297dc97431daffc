// Loading of a pretrained model by name.
#include "reszoo/hub/pretrained.h"

#include <torch/types.h>

#include "reszoo/base/atomic_file.h"
#include "reszoo/hub/imagenet.h"
#include "reszoo/hub/sha256.h"
#include "reszoo/weights/safetensors.h"
#include "server.h"
#include "support/support.h"
#include "variables.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Weights of a small network, published by a local server.
struct Published {
  TempDir home;
  Variables variables{hub_home(home.path().string())};
  Network network;
  std::string body;
  Server server;
  PretrainedConfig weights;

  explicit Published(int64_t classes)
      : network(create_model("cifar_resnet20", ImageOptions{.outputs = classes})),
        body(serialize_safetensors(state_of(*network))),
        server(Answer{.body = body}) {
    network->eval();
    write_file(home / "digested", body);
    weights = {.model = "cifar_resnet20",
               .tag = "mine",
               .file = "mine.safetensors",
               .url = server.url("/mine.safetensors"),
               .digest = sha256_of(home / "digested"),
               .classes = classes,
               .preprocess = {.resize = 40, .crop = 32, .mean = {0.5, 0.5, 0.5}, .interpolation = "bicubic"}};
  }
};

Tensor image() { return torch::arange(3 * 50 * 60).remainder(251).to(torch::kUInt8).view({50, 60, 3}).contiguous(); }

ImageView view_of(const Tensor& pixels) {
  return {.data = pixels.const_data_ptr<uint8_t>(), .height = pixels.size(0), .width = pixels.size(1)};
}

}  // namespace

TEST(Pretrained, HasWeightsPreprocessingAndClassNames) {
  Published p(1000);
  auto model = create_pretrained(p.weights);
  EXPECT_EQ(model.image, p.weights.preprocess);
  EXPECT_FALSE(model.network()->is_training());
  const auto pixels = image();
  const auto prediction = model.predict(view_of(pixels));
  const torch::NoGradGuard no_grad;
  const auto logits = p.network->forward(p.weights.preprocess(view_of(pixels)));
  EXPECT_EQ(prediction.label, imagenet_classes()[logits.argmax(1).item<int64_t>()]);
  EXPECT_NEAR(prediction.probabilities[7], logits.softmax(1)[0][7].item<double>(), 1e-6);
}

TEST(Pretrained, SavesAsAModelFileThatExplainsItself) {
  Published p(1000);
  auto model = create_pretrained(p.weights);
  model.save(p.home / "model.safetensors");
  auto loaded = Model::load(p.home / "model.safetensors");
  EXPECT_EQ(loaded.image, p.weights.preprocess);
  const auto pixels = image();
  EXPECT_EQ(loaded.predict(view_of(pixels)).probabilities, model.predict(view_of(pixels)).probabilities);
}

TEST(Pretrained, AnotherNumberOfOutputsRenewsTheLastLayerAlone) {
  Published p(1000);
  const auto model = create_pretrained(p.weights, {.outputs = 4});
  EXPECT_FALSE(model.target);
  const auto adapted = state_of(*model.network()), published = state_of(*p.network);
  EXPECT_EQ(adapted["fc.weight"].size(0), 4);
  for (const auto& item : published) {
    if (item.key().starts_with("fc.")) continue;
    EXPECT_TRUE(torch::equal(adapted[item.key()], item.value())) << item.key();
  }
}

TEST(Pretrained, NoOutputsGiveFeatures) {
  Published p(10);
  auto model = create_pretrained(p.weights, {.outputs = 0});
  const auto x = torch::rand({2, 3, 32, 32});
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(model.network()->forward(x), p.network->features(x)));
}

TEST(Pretrained, ClassesThatAreNotImageNetsHaveNoNames) {
  Published p(10);
  auto model = create_pretrained(p.weights);
  EXPECT_FALSE(model.target);
  EXPECT_EQ(model.network()->forward(torch::rand({1, 3, 32, 32})).size(1), 10);
}

TEST(Pretrained, WeightsThatDoNotFitNameTheFile) {
  Published p(10);
  p.weights.classes = 20;
  expect_error_parts(ErrorKind::file, {"mine.safetensors", "fc.weight"}, [&] { create_pretrained(p.weights); });
}

TEST(Pretrained, AnUnknownNameCostsNoDownload) {
  const TempDir home;
  const Variables variables(hub_home(home.path().string()));
  expect_error_parts(ErrorKind::usage, {"did you mean resnet50?"}, [] { create_pretrained("resnet5O"); });
}
