// Inference in int8 and bfloat16: quantization parameters, layers, whole networks, and the model file.
#include "reszoo/fusion/quantize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/quantize.h"
#include "reszoo/base/error.h"
#include "reszoo/infer/model.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/quantized.h"
#include "support/fixture.h"
#include "support/pages.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::detail;
using namespace reszoo::test;

namespace {

Network quantizable(const std::string& name, const ModelOptions& options = ImageOptions{.outputs = 7}) {
  auto network = create_model(name, options);
  fill_module(*network);
  network->eval();
  return network;
}

Quantization calibrated(const Network& network, const Tensor& x) {
  Calibration calibration(network);
  for (const auto& batch : x.split(2)) calibration.add(batch);
  return calibration.result();
}

/// Returns the root mean square of the difference, relative to that of the expected values.
double relative_error(const Tensor& actual, const Tensor& expected) {
  return ((actual - expected).pow(2).mean().sqrt() / expected.pow(2).mean().sqrt()).item<double>();
}

class Quantized : public testing::Test {
  torch::NoGradGuard no_grad_;
};

}  // namespace

TEST(Bytes, WeightsComeBackTheSame) {
  const auto weight = uniform("w", {5, 3, 2, 2}) - 0.5;
  weight[2].zero_();
  const auto once = QuantizedWeight::of(weight);
  EXPECT_EQ(once.values.abs().amax().item<int>(), 127);
  EXPECT_LE((once.weight() - weight).abs().max().item<float>(), once.scale.max().item<float>() / 2 * 1.001f);
  // Also if a norm scales the outputs in between and changes the sign of one of them.
  const auto scaled = once.weight() * torch::tensor({0.1f, 3.0f, 1.0f, -2.0f, 1e-3f}).reshape({5, 1, 1, 1});
  const auto twice = QuantizedWeight::of(scaled);
  EXPECT_TRUE(torch::equal(twice.values.abs(), once.values.abs()));
}

TEST_F(Quantized, NetworksStayNearFloat32) {
  for (const auto* name :
       {"cifar_resnet20", "resnet18", "resnext50_32x4d", "resnet50d", "seresnet50", "resnetv2_50", "alexnet"}) {
    auto network = quantizable(name);
    const auto x = uniform("x", {4, 3, std::string(name) == "alexnet" ? 80 : 64, 80});
    const auto quantization = calibrated(network, x);
    const auto fused = fuse(network, {.precision = Precision::int8, .quantization = quantization});
    EXPECT_EQ(fused.precision(), Precision::int8);
    EXPECT_LE(relative_error(fused.forward(x), network->forward(x)), 0.1) << name;
    EXPECT_LE(relative_error(fused.features(x), network->features(x)), 0.1) << name;
    int64_t whole = 0;
    for (const auto& step : fused.steps({4, 3, 80, 80})) whole += step.algorithm == "int8";
    EXPECT_EQ(whole, std::ssize(quantization.layers)) << name;
    EXPECT_GE(whole, 4) << name;
  }
}

// A sum may overwrite a summand, but not the input that the layer still reads.
TEST_F(Quantized, ALayerMayAddItsOwnInput) {
  torch::manual_seed(1);
  const auto conv = [](int64_t in) { return nn::Conv2d(nn::Conv2dOptions(in, 16, 3).padding(1)); };
  Network network(NetworkParts{.name = "own",
                               .input = {Layout::images, 3},
                               .body = {{"stem", AnyModule(conv(3))},
                                        {"block", AnyModule(residual(AnyModule(conv(16))))},
                                        {"last", AnyModule(conv(16))}},
                               .pool = {},
                               .head = {"fc", AnyModule(nn::Identity())}});
  network->eval();
  const auto x = uniform("x", {12, 3, 12, 12});
  const auto fused = fuse(network, {.precision = Precision::int8, .quantization = calibrated(network, x)});
  EXPECT_LE(relative_error(fused.forward(x), network->forward(x)), 0.05);
}

TEST_F(Quantized, InnerStagesAreThereToo) {
  auto network = quantizable("resnet18");
  const auto x = uniform("x", {2, 3, 64, 64});
  const auto fused = fuse(network, {.precision = Precision::int8, .quantization = calibrated(network, x)});
  const auto maps = fused.features(x, {"layer1", "layer2.0", "layer4"});
  const auto expected = network->features(x, {"layer1", "layer2.0", "layer4"});
  for (size_t i = 0; i < maps.size(); ++i) EXPECT_LE(relative_error(maps[i], expected[i]), 0.1) << i;
}

TEST_F(Quantized, ModelFileHasTheWholeNumbers) {
  const TempDir folder;
  Model model;
  model.name = "cifar_resnet20";
  model.options = ImageOptions{.outputs = 7};
  model.networks = {quantizable(model.name)};
  model.save(folder / "float");
  const auto x = uniform("x", {4, 3, 32, 32});
  model.quantization = calibrated(model.network(), x);
  model.save(folder / "int8");
  EXPECT_LT(3 * std::filesystem::file_size(folder / "int8"), std::filesystem::file_size(folder / "float"));
  EXPECT_EQ(read_model_file(folder / "int8").tensors["layer1.0.conv1.weight"].scalar_type(), torch::kChar);

  auto loaded = Model::load(folder / "int8");
  EXPECT_EQ(loaded.quantization.layers, model.quantization.layers);
  EXPECT_EQ(loaded.quantization.ranges.size(), model.quantization.ranges.size());
  loaded.save(folder / "again");
  EXPECT_EQ(Bytes::map(folder / "again").view(), Bytes::map(folder / "int8").view());
  // The weights are those of an ordinary network.
  auto plain = create_model("cifar_resnet20", ImageOptions{.outputs = 7});
  load_weights(*plain, folder / "int8");
  plain->eval();
  EXPECT_TRUE(torch::equal(plain->forward(x), loaded.network()->forward(x)));
  EXPECT_LE(relative_error(plain->forward(x), model.network()->forward(x)), 0.05);
  auto file = read_model_file(folder / "int8");
  file.card["quantization"]["ranges"]["relu"] = {2, 1};
  write_model_file(folder / "damaged", file.card, file.tensors);
  expect_error(ErrorKind::file, "the range of relu must be two numbers", [&] { Model::load(folder / "damaged"); });
  loaded.fuse();
  EXPECT_EQ(loaded.fused().front().precision(), has_fast_int8() ? Precision::int8 : Precision::float32);
  loaded.fuse({.precision = Precision::float32});
  EXPECT_LE(relative_error(loaded.outputs(x), plain->forward(x)), 1e-5);
  auto assigned = Model::load(folder / "int8", torch::kCPU, {.assign = true});
  EXPECT_TRUE(torch::equal(assigned.network()->forward(x), plain->forward(x)));
  assigned.fuse({.precision = Precision::int8});
  loaded.fuse({.precision = Precision::int8});
  EXPECT_TRUE(torch::equal(assigned.outputs(x), loaded.outputs(x)));
  EXPECT_EQ(bytes_in_memory(state_of(*assigned.network())["layer3.2.conv2.weight"]), 0);
  assigned.save(folder / "again");
  EXPECT_EQ(Bytes::map(folder / "again").view(), Bytes::map(folder / "int8").view());
}

TEST_F(Quantized, RefusesInOneLine) {
  auto network = quantizable("cifar_resnet20");
  expect_error(ErrorKind::usage, "cifar_resnet20: int8 needs a quantization, which a calibration makes",
               [&] { fuse(network, {.precision = Precision::int8}); });
  expect_error(ErrorKind::device, "cifar_resnet20: float16 is for a GPU",
               [&] { fuse(network, {.precision = Precision::float16}); });
  expect_error(ErrorKind::usage, "cifar_resnet20: calibrated on nothing", [&] { Calibration(network).result(); });
  expect_error(ErrorKind::input, "(N, 3, H, W)", [&] { Calibration(network).add(torch::zeros({1, 4, 8, 8})); });
  const auto x = uniform("x", {2, 3, 32, 32});
  auto other = calibrated(network, x);
  other.layers.push_back("layer1.0.conv3");
  expect_error(ErrorKind::usage,
               "cifar_resnet20: no convolution or linear layer \"layer1.0.conv3\"; did you mean layer1.0.conv",
               [&] { fuse(network, {.quantization = other}); });
  other.layers.pop_back();
  other.ranges.erase("conv1+bn1+relu");
  expect_error(ErrorKind::usage, "cifar_resnet20: the quantization has no range of conv1+bn1+relu",
               [&] { fuse(network, {.quantization = other}); });
  const auto fused = fuse(network, {.precision = Precision::int8, .quantization = calibrated(network, x)});
  expect_error(ErrorKind::input, "conv1: cannot be run on (1, 3, 0, 8)", [&] {
    fused.forward(torch::zeros({1, 3, 0, 8}));
  });
  {
    const torch::NoGradGuard no_grad;
    network->named_parameters()["layer2.0.conv1.weight"][0][0][0][0] = NAN;
  }
  expect_error(ErrorKind::input, "cifar_resnet20: layer2.0.conv1+layer2.0.bn1+relu gives numbers on these examples",
               [&] { calibrated(network, x); });
  StateDict state("key");
  state.insert("a.weight", torch::zeros({3, 2}, torch::kChar));
  expect_error(ErrorKind::file, "file: a.weight is int8 without a.weight_scale", [&] { dequantized(state, "file"); });
  state.insert("a.weight_scale", torch::zeros(2));
  expect_error(ErrorKind::file,
               "file: a.weight_scale must be float32 with a number for each output of a.weight, the file is damaged",
               [&] { dequantized(state, "file"); });
  for (const float scale : {0.0f, -1.0f, NAN, INFINITY}) {
    state["a.weight_scale"] = torch::full(3, scale);
    expect_error(ErrorKind::file, "file: a.weight_scale must be above 0 and finite",
                 [&] { dequantized(state, "file"); });
  }
}

TEST_F(Quantized, TablesStayNearFloat32) {
  auto network = quantizable("tabular_resnet", TabularOptions{.numeric = 6});
  const auto rows = uniform("rows", {300, 6});
  const auto fused = fuse(network, {.precision = Precision::int8, .quantization = calibrated(network, rows)});
  EXPECT_LE(relative_error(fused.forward(rows), network->forward(rows)), 0.15);  // 0.10 with 7 bits
}

TEST(Bfloat16, NetworksStayNearFloat32) {
  const torch::NoGradGuard no_grad;
  for (const auto* name : {"resnet18", "resnext50_32x4d", "seresnet50", "resnet50d", "resnetv2_50", "alexnet"}) {
    auto network = quantizable(name);
    const auto x = uniform("x", {1, 3, 64, 64});
    const auto fused = fuse(network, {.precision = Precision::bfloat16});
    EXPECT_EQ(fused.precision(), Precision::bfloat16);
    EXPECT_EQ(fused.forward(x).scalar_type(), torch::kFloat);
    EXPECT_LE(relative_error(fused.forward(x), network->forward(x)), 0.05) << name;
  }
  auto table = quantizable("tabular_resnet", TabularOptions{.numeric = 3});
  const auto rows = uniform("rows", {9, 3});
  EXPECT_LE(relative_error(fuse(table, {.precision = Precision::bfloat16}).forward(rows), table->forward(rows)), 0.05);
}
