// Each fused operation with its epilogue, on planned memory, against the modules.
#include <gtest/gtest.h>
#include <torch/nn.h>

#include "fusion/eager_executor.h"
#include "fusion/program.h"
#include "fusion/tensors.h"
#include "reszoo/graph/module_type.h"
#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"
#include "reszoo/nn/table_encoder.h"
#include "reszoo/nn/zero_pad_shortcut.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;
using reszoo::detail::Program;

namespace {

struct OwnHardSwishImpl : nn::Cloneable<OwnHardSwishImpl> {
  void reset() override {}
  Tensor forward(const Tensor& x) { return torch::hardswish(x); }
};
TORCH_MODULE(OwnHardSwish);

/// Modules in sequence; with `residual`, the input is added before the last one.
struct OpCase {
  std::vector<AnyModule> modules;
  bool residual = false;
};

Graph graph_of(const OpCase& c) {
  Graph graph{.nodes = {{"input", {}, "", {}}}};
  for (size_t i = 0; i < c.modules.size(); ++i) {
    if (c.residual && i + 1 == c.modules.size()) graph.nodes.push_back({"add", {graph.nodes.size() - 1, 0}, "sum", {}});
    const auto type = module_type_of(*c.modules[i].ptr());
    graph.nodes.push_back({type ? type->name : "opaque", {graph.nodes.size() - 1}, std::to_string(i), c.modules[i]});
  }
  graph.output = graph.nodes.size() - 1;
  return graph;
}

/// Runs the case as modules, with planned memory, and with tensors. Returns the kinds of its operations.
std::vector<std::string> check_op(const OpCase& c, const Tensor& x) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : c.modules) {
    module.ptr()->eval();
    fill_module(*module.ptr());
  }
  auto graph = graph_of(c);
  reszoo::detail::ConvLayers layers;
  const auto program =
      std::make_shared<const Program>(reszoo::detail::lower_for_inference(graph, {graph.output}, layers));
  const auto expected = execute(graph, x);
  std::vector<std::string> kinds;
  for (const auto& node : program->nodes) {
    kinds.push_back(node.op->kind());
    for (const auto& part : node.fused) kinds.back() += "+" + (part.size() > 1 ? part : "norm");
  }
  const auto compare = [&](const Tensor& actual, const std::string& what) {
    ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
    EXPECT_LE((actual - expected).abs().max().item<double>(), 2e-5 * expected.abs().max().item<double>())
        << what << " of " << fmt::format("{}", fmt::join(kinds, ", "));
  };
  for (const int64_t threads : {1, 2})
    compare(
        reszoo::detail::run_plan(reszoo::detail::ExecutionPlan(program, x.sizes().vec(), {.threads = threads}), x)[0],
        "planned");
  compare(reszoo::detail::EagerExecutor(program, {}).run(x)[0], "by tensors");
  EXPECT_EQ(kinds.front(), "input");
  kinds.erase(kinds.begin());
  return kinds;
}

using Kinds = std::vector<std::string>;

AnyModule conv(int64_t in, int64_t out) { return AnyModule(nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(1))); }

Tensor images() { return uniform("x", {3, 8, 11, 9}) - 0.5; }

}  // namespace

TEST(FusedOps, ActivationsAreEpiloguesOfConvolutions) {
  register_module_type<OwnHardSwishImpl>({
      .name = "own_hard_swish",
      .lower = [](const auto&, auto& to,
                  size_t x) { return to.add(ops::Activation{ops::Activation::Kind::hard_swish}, {x}); },
  });
  const std::vector<std::pair<AnyModule, std::string>> activations = {
      {AnyModule(nn::ReLU()), "relu"},
      {AnyModule(nn::SiLU()), "silu"},
      {AnyModule(nn::GELU()), "gelu"},
      {AnyModule(nn::Sigmoid()), "sigmoid"},
      {AnyModule(OwnHardSwish()), "hard_swish"},
      {AnyModule(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2))), "leaky_relu"},
      {AnyModule(nn::GELU(nn::GELUOptions().approximate("tanh"))), "gelu_tanh"}};
  for (const auto& [module, name] : activations) {
    EXPECT_EQ(check_op({{conv(8, 16), AnyModule(nn::BatchNorm2d(16)), module}}, images()),
              (Kinds{"conv+norm+" + name}));
    EXPECT_EQ(check_op({{conv(8, 8), module}, true}, images()), (Kinds{"conv+add+" + name}));
    EXPECT_EQ(check_op({{AnyModule(nn::MaxPool2d(2)), module}}, images()), (Kinds{"max_pool", name}));
  }
}

TEST(FusedOps, NormsOfTheSampleTakeResidualAndActivation) {
  const std::vector<std::pair<AnyModule, std::string>> norms = {
      {AnyModule(nn::GroupNorm(nn::GroupNormOptions(2, 8))), "group_norm"},
      {AnyModule(nn::GroupNorm(nn::GroupNormOptions(1, 8).affine(false))), "group_norm"},
      {AnyModule(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(8).affine(true))), "instance_norm"},
      {AnyModule(nn::LayerNorm(nn::LayerNormOptions({11, 9}))), "layer_norm"},
      {AnyModule(EvoNorm2d(EvoNorm2dOptions{.channels = 8, .groups = 2})), "evo_norm"},
      {AnyModule(FilterResponseNorm2d(FilterResponseNorm2dOptions{.channels = 8})), "response_norm"}};
  for (const auto& [norm, name] : norms) {
    EXPECT_EQ(check_op({{norm}}, images()), (Kinds{name}));
    EXPECT_EQ(check_op({{norm, AnyModule(nn::ReLU())}, true}, images()), (Kinds{name + "+add+relu"}));
    EXPECT_EQ(check_op({{conv(8, 8), norm, AnyModule(nn::SiLU())}, true}, images()),
              (Kinds{"conv", name + "+add+silu"}));
  }
  check_op({{AnyModule(nn::GroupNorm(nn::GroupNormOptions(2, 8)))}}, images() + 10);  // a mean far from 0
}

TEST(FusedOps, GatesPoolsAndPaddingHaveKernels) {
  EXPECT_EQ(check_op({{AnyModule(SqueezeExcite(SqueezeExciteOptions{.channels = 8})), AnyModule(nn::ReLU())}, true},
                     images()),
            (Kinds{"avg_pool", "conv+relu", "conv+sigmoid", "channel_scale+add+relu"}));
  EXPECT_EQ(check_op({{AnyModule(EfficientChannelAttention(EfficientChannelAttentionOptions{.channels = 8})),
                       AnyModule(nn::ReLU())},
                      true},
                     images()),
            (Kinds{"avg_pool", "channel_conv+sigmoid", "channel_scale+add+relu"}));
  for (const int64_t stride : {1, 2, 3})
    EXPECT_EQ(check_op({{AnyModule(BlurPool2d(BlurPool2dOptions{.channels = 8, .stride = stride}))}}, images()),
              (Kinds{"blur_pool"}));
  EXPECT_EQ(check_op({{AnyModule(nn::AdaptiveAvgPool2d(1)), AnyModule(nn::Flatten()), AnyModule(nn::Linear(8, 3))}},
                     images()),
            (Kinds{"avg_pool+flatten", "linear"}));
  EXPECT_EQ(
      check_op({{AnyModule(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({11, 3}))), AnyModule(nn::Flatten())}},
               images()),
      (Kinds{"adaptive_avg_pool", "flatten"}));
  EXPECT_EQ(check_op({{AnyModule(nn::AdaptiveAvgPool2d(4))}}, images()), (Kinds{"adaptive_avg_pool"}));
  EXPECT_EQ(check_op({{AnyModule(nn::ConstantPad2d(nn::ConstantPad2dOptions({1, 2, 3, 0}, 0.7)))}}, images()),
            (Kinds{"pad"}));
  EXPECT_EQ(check_op({{AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions{.in = 8, .out = 11, .stride = 2}))}}, images()),
            (Kinds{"pad_channels"}));
  EXPECT_EQ(check_op({{AnyModule(nn::MaxPool2d(nn::MaxPool2dOptions(2).stride(1).dilation(3)))}}, images()),
            (Kinds{"max_pool"}));
  EXPECT_EQ(check_op({{AnyModule(nn::Tanh())}}, images()), (Kinds{"module"}));
}

TEST(FusedOps, ChannelsBecomePixels) {
  const auto shuffle = [](int64_t factor) { return AnyModule(nn::PixelShuffle(factor)); };
  EXPECT_EQ(check_op({{conv(8, 12), shuffle(2), AnyModule(nn::ReLU())}}, images()),
            (Kinds{"conv", "pixel_shuffle+relu"}));
  EXPECT_EQ(check_op({{conv(8, 18), shuffle(3)}}, images()), (Kinds{"conv", "pixel_shuffle"}));
  EXPECT_EQ(check_op({{shuffle(1), AnyModule(nn::ReLU())}, true}, images()), (Kinds{"pixel_shuffle+add+relu"}));
  EXPECT_THROW(check_op({{conv(8, 6), shuffle(2)}}, images()), std::exception);
}

TEST(FusedOps, RowsHaveTheirNorms) {
  const auto x = uniform("x", {5, 12}) - 0.5;
  EXPECT_EQ(check_op({{AnyModule(nn::LayerNorm(nn::LayerNormOptions({12}))), AnyModule(nn::GELU())}, true}, x),
            (Kinds{"layer_norm+add+gelu"}));
  EXPECT_EQ(check_op({{AnyModule(nn::BatchNorm1d(12)), AnyModule(nn::Linear(12, 4)), AnyModule(nn::SiLU())}}, x),
            (Kinds{"linear+norm+silu"}));
  EXPECT_EQ(
      check_op({{AnyModule(nn::Unflatten(nn::UnflattenOptions(1, {12, 1, 1}))), conv(12, 3), AnyModule(nn::Flatten())}},
               x),
      (Kinds{"unflatten", "conv", "flatten"}));
  EXPECT_EQ(check_op({{AnyModule(ZeroPadShortcut(ZeroPadShortcutOptions{.in = 12, .out = 15}))}}, x),
            (Kinds{"pad_channels"}));
}

TEST(FusedOps, SequencesAreMapsOfOneRow) {
  const auto x = uniform("x", {3, 8, 19}) - 0.5;
  const AnyModule conv1d(nn::Conv1d(nn::Conv1dOptions(8, 8, 5).padding(2)));
  EXPECT_EQ(check_op({{conv1d, AnyModule(nn::BatchNorm1d(8)), AnyModule(nn::ReLU())}, true}, x),
            (Kinds{"conv+norm+add+relu"}));
  EXPECT_EQ(
      check_op({{AnyModule(nn::Conv1d(nn::Conv1dOptions(8, 6, 4).stride(2).groups(2))), AnyModule(nn::MaxPool1d(2))}},
               x),
      (Kinds{"conv", "max_pool"}));
  EXPECT_EQ(check_op({{AnyModule(nn::GroupNorm(nn::GroupNormOptions(4, 8))), AnyModule(nn::GELU())}}, x),
            (Kinds{"group_norm+gelu"}));
  EXPECT_EQ(
      check_op({{conv1d, AnyModule(nn::AdaptiveAvgPool1d(1)), AnyModule(nn::Flatten()), AnyModule(nn::Linear(8, 2))}},
               x),
      (Kinds{"conv", "avg_pool+flatten", "linear"}));
  EXPECT_EQ(check_op({{conv1d, AnyModule(nn::AdaptiveAvgPool1d(7)), AnyModule(nn::Flatten())}}, x),
            (Kinds{"conv", "adaptive_avg_pool", "flatten"}));
  EXPECT_EQ(check_op({{AnyModule(nn::Linear(19, 4))}}, x), (Kinds{"linear"}));
}

TEST(FusedOps, MembersShareAMatrix) {
  const auto x = uniform("x", {7, 12}) - 0.5;
  const auto linear = [](int64_t in, int64_t out, bool bias = true) {
    return AnyModule(BatchEnsembleLinear(MemberLinearOptions{.members = 3, .in = in, .out = out, .bias = bias}));
  };
  EXPECT_EQ(check_op({{linear(12, 10), AnyModule(nn::ReLU())}}, x), (Kinds{"member_linear+relu"}));  // of one input
  EXPECT_EQ(check_op({{linear(4, 4), AnyModule(nn::LeakyReLU())}, true}, x), (Kinds{"member_linear+add+leaky_relu"}));
  EXPECT_EQ(check_op({{linear(4, 5, /*bias=*/false), linear(5, 33)}}, x), (Kinds{"member_linear", "member_linear"}));
  EXPECT_THROW(check_op({{linear(5, 4)}}, x), std::exception);
  const auto heads = [](int64_t members, int64_t out) {
    return AnyModule(NLinear(NLinearOptions{.layers = members, .in = 12 / members, .out = out}));
  };
  EXPECT_EQ(check_op({{heads(3, 1)}}, x), (Kinds{"member_head"}));
  EXPECT_EQ(check_op({{heads(12, 4)}}, x), (Kinds{"member_head"}));
  EXPECT_EQ(check_op({{heads(3, 5)}}, x), (Kinds{"module"}));
}

TEST(FusedOps, TableRowsAreEncoded) {
  auto x = uniform("x", {9, 5}) * 4 - 1;  // three numbers below, among and above the bins, and two codes
  x.narrow(1, 3, 2).copy_((torch::arange(18).reshape({9, 2}) % 5) - 1);
  const auto encoder = [](EmbeddingKind kind, int64_t plain = 0) {
    const NumericEmbedding embedding{
        .kind = kind, .width = 11, .bins = plain ? Bins{{0, 1, 2}, {0, 1}} : Bins{{0, 1, 2}, {-1, 0, 0.5, 1}, {0, 2}}};
    return AnyModule(TableEncoder(TableEncoderOptions{
        .numeric = 3, .cardinalities = {3, 2}, .numeric_embedding = embedding, .plain_numeric = plain}));
  };
  for (const auto kind : {EmbeddingKind::none, EmbeddingKind::piecewise, EmbeddingKind::piecewise_relu})
    EXPECT_EQ(check_op({{encoder(kind)}}, x), (Kinds{"table_encoder"}));
  EXPECT_EQ(check_op({{encoder(EmbeddingKind::piecewise, /*plain=*/1)}}, x), (Kinds{"table_encoder"}));
  EXPECT_EQ(check_op({{encoder(EmbeddingKind::plr)}}, x), (Kinds{"module"}));
}
