// Exports to ONNX, read back and run by an independent reader.
#include <gtest/gtest.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/modules/pixelshuffle.h>
#include <torch/nn/modules/pooling.h>

#include <set>

#include "cases.h"
#include "onnx_reader.h"
#include "reszoo/export/onnx.h"
#include "reszoo/graph/module_type.h"
#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"
#include "reszoo/nn/surgery.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr double kTolerance = 1e-5;  // of the largest value

/// Models for the test `ExportedRow` with operations that no case of other_parts() has.
const std::vector<const char*> kSmallRows = {"alexnet",           "resnet18",          "seresnet18",
                                             "ecaresnet26t",      "resnetblur18",      "resnetaa50d",
                                             "resnetv2_50x1_bit", "resnetv2_50d_evos", "resnetv2_50d_frn"};

OnnxFile exported(const Network& network, const ExportOptions& options = {}) {
  const TempDir folder;
  export_onnx(network, folder / "network.onnx", options);
  return read_onnx(folder / "network.onnx");
}

void expect_same_answers(const OnnxFile& file, Network network, const Tensor& input) {
  torch::NoGradGuard no_grad;
  network->eval();
  const auto wanted = network->forward(input), found = file.run(input);
  ASSERT_EQ(found.sizes(), wanted.sizes());
  EXPECT_LE((found - wanted).abs().max().item<double>(), kTolerance * wanted.abs().max().item<double>());
}

/// A network of one module between images of 4 channels and its head.
Network around(AnyModule module, AnyModule head = AnyModule(nn::Identity())) {
  return Network(NetworkParts{.name = "small",
                              .input = {Layout::images, 4},
                              .body = {{"step", std::move(module)}},
                              .pool = {},
                              .head = {"head", std::move(head)},
                              .classifier = "head"});
}

/// A network of sequences of 4 channels.
Network sequences() {
  return Network(
      NetworkParts{.name = "sequences",
                   .input = {Layout::sequences, 4},
                   .body = {{"conv", AnyModule(nn::Conv1d(nn::Conv1dOptions(4, 8, 5).stride(2).padding(2).groups(2)))},
                            {"norm", AnyModule(nn::BatchNorm1d(8))},
                            {"act", AnyModule(nn::ReLU())},
                            {"max", AnyModule(nn::MaxPool1d(nn::MaxPool1dOptions(3).stride(1).padding(1)))},
                            {"same", AnyModule(nn::Conv1d(nn::Conv1dOptions(8, 8, 4).padding(torch::kSame)))},
                            {"average", AnyModule(nn::AvgPool1d(2))}},
                   .pool = {{"pool", AnyModule(nn::AdaptiveAvgPool1d(3))}, {"flatten", AnyModule(nn::Flatten())}},
                   .head = {"fc", AnyModule(nn::Linear(24, 2))},
                   .classifier = "fc"});
}

/// A custom activation that the library does not know.
struct OwnHardSwishImpl : nn::Cloneable<OwnHardSwishImpl> {
  void reset() override {}
  Tensor forward(const Tensor& x) { return torch::hardswish(x); }
};
TORCH_MODULE(OwnHardSwish);

}  // namespace

class OnnxParts : public testing::TestWithParam<ExportCase> {};

TEST_P(OnnxParts, AnswersAsTheNetworkForOtherBatchesAndSizes) {
  auto network = GetParam().build_filled();
  const auto file = exported(network);
  expect_same_answers(file, network, export_input(GetParam(), network, 1, 32, 32));
  expect_same_answers(file, network, export_input(GetParam(), network, 5, 41, 26));
}

INSTANTIATE_TEST_SUITE_P(Cases, OnnxParts, testing::ValuesIn(other_parts()),
                         [](const auto& item) { return item.param.label; });

TEST(Onnx, EveryOperationThatIsWrittenStandsInASmallCase) {
  std::set<std::string> seen;
  auto cases = other_parts();
  for (const auto* name : kSmallRows) cases.push_back({name, name, ImageOptions{}});
  for (const auto& wanted : cases)
    for (const auto& node : lower(wanted.build()).nodes) seen.insert(node.op);
  seen.insert(lower(around(AnyModule(nn::Sigmoid()))).nodes.back().op);
  seen.insert(lower(around(AnyModule(nn::PixelShuffle(2)))).nodes.back().op);
  for (const auto& node : lower(sequences()).nodes) seen.insert(node.op);
  seen.erase("input");
  std::set<std::string> written;
  for (const auto& op : onnx_operations()) written.insert(op);
  written.erase("hard_swish");  // covered by the test below
  EXPECT_EQ(seen, written);
}

TEST(Onnx, SaysWhatItTakesGivesAndIs) {
  auto network = create_model("cifar_resnet20");
  const auto file =
      exported(network, {.metadata = {{"preprocess", "{\"mean\":0.5}"}, {"long", std::string(300, 'x')}}});
  EXPECT_EQ(file.opset, kOnnxOpset);
  EXPECT_GE(file.ir_version, 8);
  EXPECT_EQ(file.producer, "reszoo");
  EXPECT_EQ(file.description, "cifar_resnet20");
  EXPECT_EQ(file.metadata.at("preprocess"), "{\"mean\":0.5}");
  EXPECT_EQ(file.metadata.at("long"), std::string(300, 'x'));
  ASSERT_EQ(file.inputs.size(), 1u);
  EXPECT_EQ(file.inputs[0].name, "input");
  EXPECT_EQ(file.inputs[0].dimensions, (std::vector<std::string>{"batch", "3", "height", "width"}));
  ASSERT_EQ(file.outputs.size(), 1u);
  EXPECT_EQ(file.outputs[0].name, "logits");
  EXPECT_EQ(file.outputs[0].dimensions, (std::vector<std::string>{"batch", "10"}));
}

TEST(Onnx, ProbabilitiesAreThoseOfTheTarget) {
  const auto column = Column::of_text("y", {"low", "mid", "high", "low"});
  const Frame pairs{{Column::of_numbers("a", {0, 1, 0}), Column::of_numbers("b", {1, 0, 0})}};
  for (auto target : {Target::fit(column),
                      Target::fit(Frame{{column}}, {"y"}, {.task = Task::ordinal, .classes = {"low", "mid", "high"}}),
                      Target::fit(pairs, {"a", "b"})})
    for (const auto members : {0, 3}) {
      TabularOptions how{.outputs = target.outputs(), .numeric = 4, .blocks = 1, .width = 8};
      if (members > 0) how.members = members;
      const auto network = ExportCase{"", "tabular_resnet", how}.build_filled();
      const auto x = 2 * torch::rand({7, 4}) - 1;
      for (const double temperature : {1.0, 2.5}) {
        target.set_temperatures(std::vector(target.temperatures().size(), temperature));
        const auto file = exported(network, {.target = target});
        ASSERT_EQ(file.outputs.size(), 2u);
        EXPECT_EQ(file.outputs[1].name, "probabilities");
        EXPECT_TRUE(torch::allclose(file.run(x, 1), target.probabilities(file.run(x)), 1e-4, 1e-6))
            << text_of(target.task()) << " " << members << " " << temperature;
      }
    }
  expect_error(ErrorKind::usage, "target y needs 3 outputs, got 10",
               [&] { exported(create_model("cifar_resnet20"), {.target = Target::fit(column)}); });
}

TEST(Onnx, NamesWeightsByTheirKeysAndNodesByTheirModules) {
  auto network = create_model("cifar_resnet20");
  const auto file = exported(network);
  std::set<std::string> keys, names;
  for (const auto& item : state_of(*network))
    // A counter that does not affect the outputs.
    if (!item.key().ends_with("num_batches_tracked")) keys.insert(item.key());
  for (const auto& [name, tensor] : file.weights) names.insert(name);
  EXPECT_EQ(names, keys);
  std::set<std::string> nodes;
  for (const auto& node : file.nodes) EXPECT_TRUE(nodes.insert(node.name).second) << node.name << " twice";
  EXPECT_TRUE(nodes.count("layer1.0.conv1/Conv") && nodes.count("layer1.0/Add") && nodes.count("fc/Gemm"));
}

TEST(Onnx, OneSizeIsWrittenAsNumbers) {
  const auto file = exported(create_model("resnet18"), {.input = {3, 96, 64}, .any_size = false});
  EXPECT_EQ(file.inputs[0].dimensions, (std::vector<std::string>{"batch", "3", "96", "64"}));
}

TEST(Onnx, ANetworkOfOneSizeGivesAFileOfOneSize) {
  auto network = around(AnyModule(nn::Flatten()), AnyModule(nn::Linear(4 * 5 * 6, 2)));
  const auto file = exported(network, {.input = {4, 5, 6}});
  EXPECT_EQ(file.inputs[0].dimensions, (std::vector<std::string>{"batch", "4", "5", "6"}));
  expect_same_answers(file, network, uniform("input", {3, 4, 5, 6}));
  expect_error(ErrorKind::input, "small: cannot take an input of (N, 4, 64, 64)", [&] { exported(network); });
}

TEST(Onnx, LayersHaveTheirOptions) {
  const std::vector<AnyModule> modules = {
      AnyModule(nn::Conv2d(
          nn::Conv2dOptions(4, 6, {3, 5}).stride({2, 1}).padding({0, 3}).dilation({2, 1}).groups(2).bias(false))),
      AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 2, {4, 3}).padding(torch::kSame))),
      AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 2, 3).padding(torch::kValid))),
      AnyModule(nn::MaxPool2d(nn::MaxPool2dOptions({2, 3}).stride(2).padding({1, 0}).ceil_mode(true))),
      AnyModule(nn::MaxPool2d(nn::MaxPool2dOptions(2).stride(1).dilation(3))),
      AnyModule(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({7, 3}))),
      AnyModule(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({std::nullopt, 2}))),
      AnyModule(nn::BatchNorm2d(nn::BatchNorm2dOptions(4).eps(0.1).affine(false))),
      AnyModule(nn::GroupNorm(nn::GroupNormOptions(2, 4).eps(0.1).affine(false))),
      AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(4).eps(0.1))),
      AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(4).track_running_stats(true).affine(true))),
      AnyModule(nn::LayerNorm(nn::LayerNormOptions({18, 17}).eps(0.1))),
      AnyModule(nn::LayerNorm(nn::LayerNormOptions({17}).elementwise_affine(false))),
      AnyModule(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.3))),
      AnyModule(nn::Sigmoid()),
      AnyModule(nn::Identity()),
      AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions({3, 2}).stride({2, 3}).padding({1, 0}))),
      AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(3).stride(2).padding(1).count_include_pad(false))),
      AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(2).stride(2).ceil_mode(true).count_include_pad(false))),
      AnyModule(nn::ConstantPad2d(nn::ConstantPad2dOptions({1, 2, 3, 4}, 0.7))),
      AnyModule(nn::PixelShuffle(2)),
      AnyModule(StdConv2d(StdConv2dOptions{
          .conv = nn::Conv2dOptions(4, 6, 3).stride(2).padding(1).groups(2).bias(false), .epsilon = 0.1})),
      AnyModule(BlurPool2d(BlurPool2dOptions{.channels = 4, .stride = 3})),
      AnyModule(SqueezeExcite(SqueezeExciteOptions{.channels = 4})),
      AnyModule(EfficientChannelAttention(EfficientChannelAttentionOptions{.channels = 4})),
      AnyModule(EvoNorm2d(EvoNorm2dOptions{.channels = 4, .groups = 2, .epsilon = 0.1})),
      AnyModule(FilterResponseNorm2d(FilterResponseNorm2dOptions{.channels = 4, .epsilon = 0.1})),
      AnyModule(DropPath(DropPathOptions{.probability = 0.5})),
      AnyModule(DropBlock2d(DropBlock2dOptions{.probability = 0.5})),
  };
  for (const auto& module : modules) {
    auto network = around(module);
    fill_module(*network);
    SCOPED_TRACE(testing::Message() << *network);
    expect_same_answers(exported(network, {.input = {4, 18, 17}}), network, uniform("input", {2, 4, 18, 17}));
  }
}

TEST(Onnx, SequencesAreWrittenForAnyLength) {
  auto network = sequences();
  fill_module(*network);
  const auto file = exported(network);
  EXPECT_EQ(file.inputs[0].dimensions, (std::vector<std::string>{"batch", "4", "length"}));
  for (const int64_t length : {16, 33, 50}) expect_same_answers(file, network, uniform("input", {3, 4, length}));
}

TEST(Onnx, AModuleOfYourOwnIsWrittenByItsRow) {
  auto network = around(AnyModule(OwnHardSwish()));
  EXPECT_EQ(unexportable(network).size(), 1u);
  register_module_type<OwnHardSwishImpl>({
      .name = "hard_swish",
      .lower = [](const auto&, auto& to,
                  size_t x) { return to.add(ops::Activation{ops::Activation::Kind::hard_swish}, {x}); },
  });
  expect_same_answers(exported(network), network, uniform("input", {2, 4, 9, 9}) * 8 - 4);
}

TEST(Onnx, PoolingToAnySizeFollowsTheInput) {
  auto network = around(AnyModule(nn::AdaptiveAvgPool2d(6)));
  const auto file = exported(network);
  for (const int64_t size : {1, 5, 6, 7, 13, 24})
    expect_same_answers(file, network, uniform("input", {2, 4, size, 31 - size}));
}

TEST(Onnx, WhatItCannotWriteIsNamedWithItsPlace) {
  expect_error(ErrorKind::usage, "step: only padding by zeros can be written as ONNX", [] {
    exported(around(AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 4, 3).padding(1).padding_mode(torch::kReflect)))));
  });
  expect_error(ErrorKind::usage, "step: only the exact GELU can be written as ONNX, got approximate=\"tanh\"",
               [] { exported(around(AnyModule(nn::GELU(nn::GELUOptions().approximate("tanh"))))); });
  expect_error(ErrorKind::usage, "step: an average pool with a divisor of its own cannot be written as ONNX",
               [] { exported(around(AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(2).divisor_override(3))))); });
  auto network = create_model("cifar_resnet20");
  replace_module(network, "layer2.0.relu1", nn::Tanh());
  EXPECT_EQ(unexportable(network), (std::vector<std::string>{"layer2.0.relu1 (torch::nn::TanhImpl)"}));
  expect_error(ErrorKind::usage, "cifar_resnet20: no ONNX writer for layer2.0.relu1 (torch::nn::TanhImpl)",
               [&] { exported(network); });
}

TEST(Onnx, WeightsCanStandInAFileOfTheirOwn) {
  const TempDir folder;
  auto network = create_model("cifar_resnet20");
  fill_module(*network);
  export_onnx(network, folder / "network.onnx", {.external_weights = true});
  EXPECT_LT(std::filesystem::file_size(folder / "network.onnx"), 50'000);
  EXPECT_GT(std::filesystem::file_size(folder / "network.onnx.data"), 1'000'000);
  expect_same_answers(read_onnx(folder / "network.onnx"), network, uniform("input", {2, 3, 32, 32}));
}

TEST(Onnx, WeightsOfOtherTypesBecomeFloats) {
  auto network = create_model("cifar_resnet20");
  network->to(torch::kDouble);
  const auto file = exported(network);
  EXPECT_EQ(network->parameters()[0].scalar_type(), torch::kDouble) << "the network itself stays as it is";
  network->to(torch::kFloat);
  expect_same_answers(file, network, uniform("input", {1, 3, 32, 32}));
}

TEST(Onnx, AFileThatCannotBeWrittenIsAnError) {
  const TempDir folder;
  expect_error(ErrorKind::file, "network.onnx: cannot be written",
               [&] { export_onnx(create_model("tabular_resnet"), folder / "no" / "network.onnx"); });
}
