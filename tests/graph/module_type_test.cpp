// The table of module types: the operations of each module against the module itself.
#include "reszoo/graph/module_type.h"

#include <gtest/gtest.h>
#include <torch/nn.h>

#include "reszoo/graph/profile.h"
#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"
#include "reszoo/nn/zero_pad_shortcut.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Returns the result of the operations that the module is lowered to; `fallbacks` counts the operations that call the
/// module itself.
Tensor lowered_result(const AnyModule& module, const Tensor& x, int* fallbacks = nullptr) {
  const auto type = module_type_of(*module.ptr());
  const Graph graph{.nodes = {{"input", {}, "", {}}, {type ? type->name : "opaque", {0}, "step", module}}, .output = 1};
  const auto operations = lower_operations(graph, {graph.output});
  std::vector<Tensor> values;
  for (const auto& operation : operations.list) {
    std::vector<Tensor> inputs;
    for (const size_t input : operation.inputs) inputs.push_back(values[input]);
    if (inputs.empty()) inputs.push_back(x);
    values.push_back(evaluate(operation.primitive, inputs));
    if (fallbacks) *fallbacks += std::holds_alternative<ops::Module>(operation.primitive);
  }
  return values[operations.of_node[graph.output]];
}

void expect_lowered(const std::vector<AnyModule>& modules, const Tensor& x) {
  const torch::NoGradGuard no_grad;
  for (auto module : modules) {
    SCOPED_TRACE(testing::Message() << *module.ptr());
    module.ptr()->eval();
    fill_module(*module.ptr());
    int fallbacks = 0;
    const auto expected = module.forward(x), actual = lowered_result(module, x, &fallbacks);
    EXPECT_EQ(fallbacks, 0);
    ASSERT_EQ(actual.sizes(), expected.sizes());
    EXPECT_LE((actual - expected).abs().max().item<double>(), 1e-5 * expected.abs().max().item<double>());
  }
}

/// A user-defined activation that the library does not know.
struct OwnActivationImpl : nn::Cloneable<OwnActivationImpl> {
  void reset() override {}
  Tensor forward(const Tensor& x) { return torch::hardswish(x); }
};
TORCH_MODULE(OwnActivation);

}  // namespace

TEST(ModuleTypes, OperationsOfImagesAreTheModules) {
  expect_lowered(
      {AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 6, {3, 5}).stride({2, 1}).padding({0, 3}).dilation({2, 1}).groups(2))),
       AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 2, {4, 3}).padding(torch::kSame))),
       AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 2, 3).padding(torch::kValid))),
       AnyModule(StdConv2d(StdConv2dOptions{.conv = nn::Conv2dOptions(4, 6, 3).stride(2).padding(1)})),
       AnyModule(BlurPool2d(BlurPool2dOptions{.channels = 4, .stride = 3})),
       AnyModule(nn::MaxPool2d(nn::MaxPool2dOptions({2, 3}).stride(2).padding({1, 0}).dilation(2).ceil_mode(true))),
       AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(3).stride(2).padding(1).count_include_pad(false))),
       AnyModule(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({7, 3}))),
       AnyModule(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({std::nullopt, 2}))),
       AnyModule(nn::BatchNorm2d(4)),
       AnyModule(nn::GroupNorm(nn::GroupNormOptions(2, 4))),
       AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(4).affine(true))),
       AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(4).track_running_stats(true))),
       AnyModule(nn::LayerNorm(nn::LayerNormOptions({18, 17}))),
       AnyModule(EvoNorm2d(EvoNorm2dOptions{.channels = 4, .groups = 2})),
       AnyModule(FilterResponseNorm2d(FilterResponseNorm2dOptions{.channels = 4})),
       AnyModule(nn::ReLU()),
       AnyModule(nn::GELU()),
       AnyModule(nn::GELU(nn::GELUOptions().approximate("tanh"))),
       AnyModule(nn::SiLU()),
       AnyModule(nn::Sigmoid()),
       AnyModule(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.3))),
       AnyModule(nn::ConstantPad2d(nn::ConstantPad2dOptions({1, 2, 3, 4}, 0.7))),
       AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions{.in = 4, .out = 7, .stride = 2})),
       AnyModule(nn::Flatten()),
       AnyModule(SqueezeExcite(SqueezeExciteOptions{.channels = 4})),
       AnyModule(EfficientChannelAttention(EfficientChannelAttentionOptions{.channels = 4})),
       AnyModule(nn::Dropout(0.5)),
       AnyModule(DropPath(DropPathOptions{.probability = 0.5})),
       AnyModule(DropBlock2d(DropBlock2dOptions{.probability = 0.5}))},
      uniform("x", {2, 4, 18, 17}) - 0.5);
}

TEST(ModuleTypes, OperationsOfSequencesAreTheModules) {
  expect_lowered(
      {AnyModule(nn::Conv1d(nn::Conv1dOptions(4, 6, 5).stride(2).padding(1).dilation(2).groups(2))),
       AnyModule(nn::Conv1d(nn::Conv1dOptions(4, 6, 4).padding(torch::kSame))),
       AnyModule(nn::MaxPool1d(nn::MaxPool1dOptions(3).stride(2).padding(1))),
       AnyModule(nn::AvgPool1d(nn::AvgPool1dOptions(3).stride(2).padding(1))), AnyModule(nn::AdaptiveAvgPool1d(5)),
       AnyModule(nn::BatchNorm1d(4)), AnyModule(nn::InstanceNorm1d(nn::InstanceNorm1dOptions(4).affine(true))),
       AnyModule(nn::GroupNorm(nn::GroupNormOptions(2, 4))), AnyModule(nn::Flatten()), AnyModule(nn::SiLU())},
      uniform("x", {2, 4, 17}) - 0.5);
}

TEST(ModuleTypes, OperationsOfRowsAreTheModules) {
  expect_lowered(
      {AnyModule(nn::Linear(12, 5)), AnyModule(nn::BatchNorm1d(12)),
       AnyModule(nn::LayerNorm(nn::LayerNormOptions({12}))), AnyModule(nn::GroupNorm(nn::GroupNormOptions(3, 12))),
       AnyModule(nn::Unflatten(nn::UnflattenOptions(1, {12, 1, 1}))),
       AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions{.in = 12, .out = 15}))},
      uniform("x", {5, 12}) - 0.5);
}

TEST(ModuleTypes, WhatARowDoesNotKnowRunsAsItIs) {
  const torch::NoGradGuard no_grad;
  const auto x = uniform("x", {2, 4, 9, 9});
  for (AnyModule module :
       {AnyModule(nn::Conv2d(nn::Conv2dOptions(4, 4, 3).padding(1).padding_mode(torch::kReflect))),
        AnyModule(nn::AvgPool2d(nn::AvgPool2dOptions(2).divisor_override(3))), AnyModule(nn::Tanh())}) {
    int fallbacks = 0;
    EXPECT_TRUE(torch::equal(lowered_result(module, x, &fallbacks), module.forward(x)));
    EXPECT_EQ(fallbacks, 1);
  }
}

TEST(ModuleTypes, ARowOfYourOwnIsKnownFromThenOn) {
  const AnyModule module{OwnActivation()};
  EXPECT_EQ(module_type_of(*module.ptr()), nullptr);
  register_module_type<OwnActivationImpl>({
      .name = "own_activation",
      .multiply_adds = [](const auto&, const Tensor& output) { return 3 * output.numel(); },
      .lower = [](const auto&, auto& to,
                  size_t x) { return to.add(ops::Activation{ops::Activation::Kind::hard_swish}, {x}); },
  });
  expect_lowered({module}, uniform("x", {2, 4, 9, 9}) - 0.5);
  Network network(NetworkParts{.name = "small",
                               .input = {Layout::images, 4},
                               .body = {{"step", module}},
                               .pool = {},
                               .head = {"head", AnyModule(nn::Identity())},
                               .classifier = ""});
  EXPECT_EQ(lower(network).nodes.back().op, "own_activation");
  EXPECT_EQ(profile(network, {4, 5, 6}).front().multiply_adds, 3 * 4 * 5 * 6);
  expect_error(ErrorKind::usage, "register_module_type: a row needs a name",
               [] { register_module_type<OwnActivationImpl>({.name = ""}); });
}
