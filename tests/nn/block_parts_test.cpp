// The small modules inside residual blocks.
#include <gtest/gtest.h>

#include "reszoo/nn/blur_pool2d.h"
#include "reszoo/nn/conv_blocks.h"
#include "reszoo/nn/drop_block2d.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"
#include "reszoo/nn/network.h"
#include "reszoo/nn/squeeze_excite.h"
#include "reszoo/nn/std_conv2d.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(SqueezeExcite, RoundsTheSqueezedWidthToEights) {
  EXPECT_EQ(SqueezeExciteOptions{.channels = 64}.squeezed(), 8);
  EXPECT_EQ((SqueezeExciteOptions{.channels = 256, .ratio = 0.25}.squeezed()), 64);
  EXPECT_EQ(SqueezeExciteOptions{.channels = 192}.squeezed(), 16);  // 12 is rounded up
  expect_error(ErrorKind::usage, "SqueezeExcite: channels and ratio must be positive",
               [] { SqueezeExcite(SqueezeExciteOptions{.channels = 0}); });
}

TEST(SqueezeExcite, HalvesItsInputWhileTheGateKnowsNothing) {
  SqueezeExcite attention(SqueezeExciteOptions{.channels = 4});
  const torch::NoGradGuard no_grad;
  for (auto& parameter : attention->parameters()) parameter.zero_();
  const auto x = torch::randn({2, 4, 3, 3});
  EXPECT_TRUE(torch::allclose(attention(x), x / 2));
}

TEST(EfficientChannelAttention, KernelGrowsWithTheLogarithmOfTheChannels) {
  for (const auto& [channels, kernel] :
       std::vector<std::pair<int64_t, int64_t>>{{8, 3}, {64, 3}, {256, 5}, {512, 5}, {2048, 7}})
    EXPECT_EQ(EfficientChannelAttentionOptions{.channels = channels}.kernel(), kernel) << channels;
}

TEST(BlurPool2d, KeepsTheMeanAndFollowsTheTypeOfItsInput) {
  BlurPool2d pool(BlurPool2dOptions{.channels = 2});
  const auto x = torch::full({1, 2, 6, 7}, 3.0, torch::kDouble);
  EXPECT_TRUE(torch::allclose(pool(x), torch::full({1, 2, 3, 4}, 3.0, torch::kDouble)));
  EXPECT_TRUE(pool->parameters().empty() && pool->buffers().empty()) << "the filter is in no state_dict";
  EXPECT_EQ(deep_copy(pool)(x.to(torch::kFloat)).scalar_type(), torch::kFloat);
}

TEST(StdConv2d, SeesNeitherScaleNorOffsetOfItsWeights) {
  StdConv2d conv(StdConv2dOptions{.conv = nn::Conv2dOptions(8, 4, 3).padding(1).bias(false), .epsilon = 1e-10});
  const torch::NoGradGuard no_grad;
  const auto x = torch::randn({2, 8, 5, 5});
  const auto before = conv(x);
  conv->weight.mul_(7).add_(2);
  EXPECT_TRUE(torch::allclose(conv(x), before, 1e-3, 1e-4));
  const auto rows = conv->standardized().flatten(1);
  EXPECT_LT(rows.mean(1).abs().max().item<double>(), 1e-5);
  EXPECT_TRUE(torch::allclose(rows.var(1, /*unbiased=*/false), torch::ones(4), 1e-4));
}

TEST(DropPath, DropsWholeImagesInTrainingAndKeepsTheMean) {
  torch::manual_seed(1);
  DropPath drop(DropPathOptions{.probability = 0.25});
  const auto y = drop(torch::ones({20000, 2, 1, 3})).flatten(1);
  EXPECT_TRUE(torch::equal(std::get<0>(y.min(1)), std::get<0>(y.max(1)))) << "part of an image was dropped";
  EXPECT_NEAR(y.eq(0).to(torch::kDouble).mean().item<double>(), 0.25, 0.02);
  EXPECT_NEAR(y.mean().item<double>(), 1, 0.02);
  drop->eval();
  EXPECT_TRUE(torch::equal(drop(y), y));
  expect_error(ErrorKind::usage, "DropPath: probability must be in [0, 1), got 1",
               [] { DropPath(DropPathOptions{.probability = 1.0}); });
}

TEST(DropBlock2d, DropsSquaresOfAllChannelsAndKeepsTheMean) {
  torch::manual_seed(1);
  DropBlock2d drop(DropBlock2dOptions{.probability = 0.1, .block_size = 3});
  const auto y = drop(torch::ones({400, 2, 24, 24}));
  EXPECT_TRUE(torch::equal(y.select(1, 0), y.select(1, 1)));
  EXPECT_NEAR(y.mean().item<double>(), 1, 1e-3);
  const auto dropped = y.select(1, 0).eq(0);
  EXPECT_NEAR(dropped.to(torch::kDouble).mean().item<double>(), 0.1, 0.02);
  // A dropped pixel in the interior belongs to a 3x3 block, so a neighbour in its row is dropped too.
  const auto middle = dropped.slice(2, 1, -1);
  const auto neighbour = dropped.slice(2, 0, -2).logical_or(dropped.slice(2, 2));
  EXPECT_TRUE(middle.logical_and(neighbour.logical_not()).sum().item<int64_t>() == 0);
  drop->eval();
  EXPECT_TRUE(torch::equal(drop(y), y));
}

TEST(EvoNorm2d, IsTheFormulaOfThePaper) {
  EvoNorm2d norm(EvoNorm2dOptions{.channels = 4, .groups = 2});
  const auto x = torch::randn({1, 4, 3, 3}, torch::kDouble);
  norm->to(torch::kDouble);
  const auto second = x.slice(1, 2);  // the second group
  const auto expected = second * second.sigmoid() / (second.var(at::IntArrayRef{}, false).add(1e-5)).sqrt();
  EXPECT_TRUE(torch::allclose(norm(x).slice(1, 2), expected));
  expect_error(ErrorKind::usage, "EvoNorm2d: groups must divide channels",
               [] { EvoNorm2d(EvoNorm2dOptions{.channels = 6, .groups = 4}); });
}

TEST(FilterResponseNorm2d, IsTheFormulaOfThePaper) {
  FilterResponseNorm2d norm(FilterResponseNorm2dOptions{.channels = 3});
  const torch::NoGradGuard no_grad;
  norm->tau.fill_(0.3);
  const auto x = torch::randn({2, 3, 4, 5});
  const auto expected = (x / (x * x).mean({2, 3}, true).add(1e-5).sqrt()).clamp_min(0.3);
  EXPECT_TRUE(torch::allclose(norm(x), expected, 1e-5, 1e-6));
}

TEST(ResidualBlock, HoldsItsPartsUnderTheNamesOfTimm) {
  const auto block = bottleneck_block({.in = 16,
                                       .out = 32,
                                       .stride = 2,
                                       .width = 8,
                                       .attention = {Attention::Kind::squeeze_excite},
                                       .anti_alias = AntiAlias::blur,
                                       .drop_path = 0.1,
                                       .drop_block = DropBlock2dOptions{.probability = 0.1}});
  std::vector<std::string> names;
  for (const auto& step : block->slots().branch) names.push_back(step.name());
  EXPECT_EQ(names, (std::vector<std::string>{"conv1", "bn1", "relu1", "conv2", "bn2", "drop_block", "relu2", "aa",
                                             "conv3", "bn3", "se", "drop_path"}));
  EXPECT_EQ(deep_copy(block)(torch::rand({2, 16, 9, 9})).sizes(), (std::vector<int64_t>{2, 32, 5, 5}));
}

TEST(ResidualBlock, RefusesPartsThatAPreActivationBlockHasNoPlaceFor) {
  expect_error(ErrorKind::usage, "a pre-activation block takes neither anti_alias nor drop_block", [] {
    basic_block(BlockOptions{.in = 4, .out = 4, .order = Order::pre_activation, .anti_alias = AntiAlias::blur});
  });
}

TEST(AverageProjection, AveragesEveryPixelOnce) {
  const auto shortcut =
      make_shortcut({.in = 1, .out = 2, .stride = 2, .norm = {"none"}, .shortcut = ShortcutKind::average_projection});
  auto module = shortcut;
  const torch::NoGradGuard no_grad;
  for (auto& parameter : module.ptr()->parameters()) parameter.fill_(1);
  const auto x = torch::rand({1, 1, 6, 4});
  EXPECT_TRUE(torch::allclose(module.forward(x).mean(), x.mean()));
}
