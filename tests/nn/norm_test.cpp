// Norm and Activation as values, and the table of pairs in docs/networks.md.
#include "reszoo/nn/norm.h"

#include <gtest/gtest.h>
#include <torch/nn/cloneable.h>
#include <torch/optim.h>

#include <nlohmann/json.hpp>

#include "reszoo/nn/activation.h"
#include "reszoo/nn/conv_blocks.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Norm, TextGoesThereAndBack) {
  for (const auto* text : {"batch", "group:32", "layer", "layer2d", "instance", "none", "evo:16", "response"})
    EXPECT_EQ(Norm::parse(text).text(), text);
}

TEST(Norm, RefusesOtherTexts) {
  for (const auto* text : {"", "bathc", "group", "group:", "group:0", "group:-4", "group:3x", "evo", "evo:0",
                           "group:99999999999999999999"})
    expect_error(ErrorKind::usage, "Norm: must be", [&] { Norm::parse(text); });
  expect_error(ErrorKind::usage, "did you mean batch?", [] { Norm::parse("bath"); });
}

TEST(Norm, RefusesPairsThatWouldBeWrong) {
  expect_error(ErrorKind::usage, "Norm: groups must divide width, got groups=48, width=64",
               [] { Norm::parse("group:48").build(64, Layout::images); });
  expect_error(ErrorKind::usage, "groups must be positive", [] { Norm{"group"}.build(64, Layout::images); });
  expect_error(ErrorKind::usage,
               "instance needs sequences (N, C, L) or images (N, C, H, W), got features (N, C); use layer",
               [] { Norm::parse("instance").build(64, Layout::features); });
}

namespace {

/// A user-defined norm: y = weight * x / sqrt(mean_C(x^2)).
struct OwnNormImpl : nn::Cloneable<OwnNormImpl> {
  explicit OwnNormImpl(int64_t channels_) : channels(channels_) { reset(); }
  void reset() override { weight = register_parameter("weight", torch::full({channels}, 0.5f)); }
  Tensor forward(const Tensor& x) {
    std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
    shape[1] = channels;
    return x * x.square().mean(1, /*keepdim=*/true).add(1e-6).rsqrt() * weight.view(shape);
  }
  int64_t channels;
  Tensor weight;
};
TORCH_MODULE(OwnNorm);

AnyModule own_norm(const NormShape& shape) { return AnyModule(OwnNorm(shape.channels)); }

void register_own_norm() {
  static const bool once = [] {
    register_norm({.name = "own", .sequences = own_norm, .images = own_norm, .modules = {typeid(OwnNormImpl)}});
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

TEST(Norm, ARegisteredOneIsReadPrintedAndBuiltLikeAnyOther) {
  register_own_norm();
  EXPECT_EQ(Norm::parse("own"), Norm{"own"});
  EXPECT_EQ(Norm::parse("own").text(), "own");
  expect_error(ErrorKind::usage, "response, none", [] { Norm::parse("batsch:3:4:5"); });
  expect_error(ErrorKind::usage, "did you mean own?", [] { Norm::parse("owm"); });
  expect_error(ErrorKind::usage, "Norm: own needs sequences (N, C, L) or images (N, C, H, W), got features (N, C)",
               [] { Norm{"own"}.build(4, Layout::features); });
  expect_error(ErrorKind::usage, "register_norm: \"own\" is there already",
               [] { register_norm({.name = "own", .images = own_norm}); });
  expect_error(ErrorKind::usage, "needs a builder", [] { register_norm({.name = "empty"}); });
  expect_error(ErrorKind::usage, "without a colon", [] { register_norm({.name = "a:b", .images = own_norm}); });
}

TEST(Norm, ARegisteredOneIsAnOptionOfNetworksAndInitialised) {
  register_own_norm();
  const auto options = options_from_json(Domain::image, {{"norm", "own"}, {"zero_init_residual", true}});
  EXPECT_EQ(to_json(options).at("norm"), "own");
  auto network = create_model("cifar_resnet20", options);
  EXPECT_TRUE(torch::equal(network->named_parameters()["bn1.weight"], torch::ones({16})));
  EXPECT_TRUE(torch::equal(network->named_parameters()["layer1.0.bn2.weight"], torch::zeros({16})));
  EXPECT_EQ(network->forward(torch::rand({2, 3, 32, 32})).sizes(), (std::vector<int64_t>{2, 10}));
}

TEST(Norm, KnowsWhichBringTheirOwnActivation) {
  for (const auto* text : {"evo:16", "response"}) EXPECT_TRUE(Norm::parse(text).is_activation()) << text;
  for (const auto* text : {"batch", "group:32", "layer", "instance", "none"})
    EXPECT_FALSE(Norm::parse(text).is_activation()) << text;
}

TEST(Norm, Layer2dNormalisesTheChannelsOfEachPixel) {
  torch::manual_seed(1);
  auto norm = Norm::parse("layer2d").build(5, Layout::images);
  const torch::NoGradGuard no_grad;
  auto parameters = norm.ptr()->named_parameters();
  EXPECT_EQ(parameters.keys(), (std::vector<std::string>{"weight", "bias"}));
  for (auto& item : parameters) item.value().normal_();
  const auto x = torch::randn({2, 5, 3, 4}) * 2 + 1;
  // The formula written out, and LibTorch's layer norm of (N, H, W, C).
  const auto var = x.var(1, /*unbiased=*/false, /*keepdim=*/true), mean = x.mean(1, /*keepdim=*/true);
  const auto of_channel = [](const Tensor& values) { return values.view({1, 5, 1, 1}); };
  const auto scale = of_channel(parameters["weight"]), offset = of_channel(parameters["bias"]);
  const auto expected = (x - mean) / (var + 1e-6).sqrt() * scale + offset;
  const auto last = at::layer_norm(x.permute({0, 2, 3, 1}), {5}, parameters["weight"], parameters["bias"], 1e-6);
  EXPECT_TRUE(torch::allclose(norm.forward(x), expected, 1e-5, 1e-5));
  EXPECT_TRUE(torch::equal(norm.forward(x), last.permute({0, 3, 1, 2})));
}

TEST(Norm, OfSequencesIsThatOfImagesOneRowHigh) {
  torch::manual_seed(1);
  const auto x = torch::randn({3, 4, 10});
  for (const auto* text : {"batch", "group:2", "layer", "instance", "none"}) {
    const auto norm = Norm::parse(text);
    auto sequences = norm.build(4, Layout::sequences), images = norm.build(4, Layout::images);
    EXPECT_TRUE(torch::allclose(sequences.forward(x), images.forward(x.unsqueeze(2)).squeeze(2), 1e-5, 1e-6)) << text;
  }
}

TEST(Activation, TextGoesThereAndBack) {
  for (const auto* text : {"relu", "gelu", "silu", "leaky_relu:0.01", "leaky_relu:0.2", "none"})
    EXPECT_EQ(Activation::parse(text).text(), text);
  expect_error(ErrorKind::usage, "Activation: must be", [] { Activation::parse("leaky_relu:x"); });
  expect_error(ErrorKind::usage, "did you mean relu?", [] { Activation::parse("rellu"); });
}

TEST(Activation, NeverWritesToItsInput) {
  for (const auto* text : {"relu", "gelu", "silu", "leaky_relu:0.5", "none"}) {
    const auto x = torch::tensor({-1.f, 2.f});
    Activation::parse(text).build().forward(x);
    EXPECT_TRUE(torch::equal(x, torch::tensor({-1.f, 2.f}))) << text;
  }
}

namespace {

struct Pair {
  std::string model, norm, refused;  // refused: part of the error message, or "" if the pair trains
};
void PrintTo(const Pair& pair, std::ostream* stream) { *stream << pair.model << " with " << pair.norm; }

// The table of docs/networks.md.
const std::vector<Pair> kPairs = {
    {"resnet18", "batch", ""},
    {"resnet18", "group:32", ""},
    {"resnet18", "layer", ""},
    {"resnet18", "layer2d", ""},
    {"resnet18", "instance", ""},
    {"resnet18", "none", ""},
    {"resnet18", "evo:32", ""},
    {"resnet18", "response", ""},
    {"cifar_resnet20", "batch", ""},
    {"cifar_resnet20", "group:32", "groups must divide width, got groups=32, width=16"},
    {"cifar_resnet20", "group:16", ""},
    {"cifar_resnet20", "layer", ""},
    {"cifar_resnet20", "instance", ""},
    {"cifar_resnet20", "none", ""},
    {"tabular_resnet", "batch", ""},
    {"tabular_resnet", "group:32", ""},
    {"tabular_resnet", "layer", ""},
    {"tabular_resnet", "instance", "instance needs sequences (N, C, L) or images (N, C, H, W)"},
    {"tabular_resnet", "none", ""},
    {"tabular_resnet", "evo:32", "evo:32 needs images (N, C, H, W)"},
    {"tabular_resnet", "response", "response needs images (N, C, H, W)"},
    {"tabular_mlp", "batch", ""},
    {"tabular_mlp", "layer", ""},
    {"tabular_mlp", "none", ""},
    {"alexnet", "batch", "takes no option \"norm\""},
    {"alexnet", "none", "takes no option \"norm\""},
};

Network build(const Pair& pair) {
  const auto norm = Norm::parse(pair.norm);
  if (pair.model.starts_with("tabular"))
    return create_model(pair.model, TabularOptions{.outputs = 2, .numeric = 5, .norm = norm});
  return create_model(pair.model, ImageOptions{.outputs = 2, .norm = norm});
}

class NormAndNetwork : public testing::TestWithParam<Pair> {};

}  // namespace

TEST_P(NormAndNetwork, TrainsOrIsRefusedWithTheReason) {
  const auto& pair = GetParam();
  if (!pair.refused.empty()) {
    expect_error(ErrorKind::usage, pair.refused, [&] { build(pair); });
    return;
  }
  torch::manual_seed(1);
  auto network = build(pair);
  const auto x = pair.model.starts_with("tabular") ? torch::rand({8, 5}) : torch::rand({4, 3, 64, 64});
  const auto y = torch::arange(x.size(0)).remainder(2);
  torch::optim::Adam optimizer(network->parameters(), 1e-4);
  double first = 0, last = 0;
  for (int step = 0; step < 8; ++step) {
    optimizer.zero_grad();
    const auto loss = torch::cross_entropy_loss(network->forward(x), y);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, first);
}

INSTANTIATE_TEST_SUITE_P(Pairs, NormAndNetwork, testing::ValuesIn(kPairs), [](const auto& pair) {
  auto name = pair.param.model + "_" + pair.param.norm;
  std::replace(name.begin(), name.end(), ':', '_');
  return name;
});

TEST(Norm, EveryKindGivesTheSameNumberOfModules) {
  for (const std::string model : {"resnet18", "tabular_resnet"}) {
    const auto count = build({model, "batch", ""})->modules().size();
    for (const auto& pair : kPairs)
      if (pair.model == model && pair.refused.empty()) EXPECT_EQ(build(pair)->modules().size(), count) << pair.norm;
  }
}
