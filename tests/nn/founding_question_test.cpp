// The residual networks of the forum question that motivated this project, with its sizes.
#include <gtest/gtest.h>

#include "reszoo/nn/conv_projection.h"
#include "reszoo/nn/linear_projection.h"
#include "reszoo/nn/residual_block.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/nn/zero_pad_shortcut.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(FoundingQuestion, AbstractBlockDoublesAndLeavesItsInputUntouched) {
  ResidualBlock block1, block2;  // branch and shortcut are both Identity
  const auto x = torch::tensor({1, 1, 2, 2});
  EXPECT_TRUE(torch::equal(block1(x), torch::tensor({2, 2, 4, 4})));
  EXPECT_TRUE(torch::equal(block2(block1(x)), torch::tensor({4, 4, 8, 8})));
  EXPECT_TRUE(torch::equal(x, torch::tensor({1, 1, 2, 2})));
}

TEST(FoundingQuestion, ARealProjectionGivesTheNewWidth) {
  auto block = residual(nn::Linear(4, 6), LinearProjection(4, 6));
  EXPECT_EQ(block(torch::rand({1, 4})).sizes(), (std::vector<int64_t>{1, 6}));
  expect_error(ErrorKind::input, "ResidualBlock: branch and projection must agree, got (1, 6) and (1, 4)", [] {
    residual(nn::Linear(4, 6))(torch::rand({1, 4}));
  });
  expect_error(ErrorKind::input, "got (2, 1) and (2, 4)", [] { residual(nn::Linear(4, 1))(torch::rand({2, 4})); });
}

TEST(FoundingQuestion, TwoStackedConvolutionsWithA1x1Projection) {
  nn::Sequential module(nn::Conv2d(nn::Conv2dOptions(3, 8, 3).padding(1)), nn::ReLU(),
                        nn::Conv2d(nn::Conv2dOptions(8, 8, 3).padding(1)));
  nn::Conv2d projection(nn::Conv2dOptions(3, 8, 1));
  auto block = residual(module, projection);
  const auto x = torch::rand({2, 3, 9, 9});
  EXPECT_TRUE(torch::equal(block(x), module->forward(x) + projection(x)));
  EXPECT_EQ(block->named_parameters().keys(),
            (std::vector<std::string>{"module.0.weight", "module.0.bias", "module.2.weight", "module.2.bias",
                                      "projection.weight", "projection.bias"}));
}

TEST(FoundingQuestion, ThreeLinearLayersForATableOf50Features) {
  nn::Sequential module(nn::Linear(50, 50), nn::ReLU(), nn::Linear(50, 50), nn::ReLU(), nn::Linear(50, 50));
  auto block = residual(module);
  const auto x = torch::rand({7, 50});
  EXPECT_TRUE(torch::equal(block(x), module->forward(x) + x));
}

TEST(FoundingQuestion, ClassifierIdentityMakesAlexNetGiveItsFeatures) {
  auto net = create_model("alexnet");
  net->eval();
  torch::NoGradGuard no_grad;
  const auto x = torch::rand({2, 3, 224, 224});
  const auto features = net->features(x);
  replace_module(net, "classifier", nn::Identity());
  EXPECT_EQ(net->forward(x).sizes(), (std::vector<int64_t>{2, 9216}));
  EXPECT_TRUE(torch::equal(net->forward(x), features));
  EXPECT_TRUE(torch::equal(net->forward(x), net->forward_features(x).flatten(1)));  // already 6x6
}

TEST(FoundingQuestion, ZeroPaddingAndProjectionForImages) {
  const auto x = torch::rand({2, 4, 7, 7});
  const auto padded = ZeroPadShortcut(ZeroPadShortcutOptions{.in = 4, .out = 10, .stride = 2})(x);
  EXPECT_EQ(padded.sizes(), (std::vector<int64_t>{2, 10, 4, 4}));
  EXPECT_TRUE(torch::equal(padded.narrow(1, 3, 4), x.slice(2, 0, 7, 2).slice(3, 0, 7, 2)));
  EXPECT_EQ(padded.narrow(1, 0, 3).abs().sum().item<float>(), 0);
  EXPECT_EQ(padded.narrow(1, 7, 3).abs().sum().item<float>(), 0);
  EXPECT_EQ(ConvProjection(ConvProjectionOptions{.in = 4, .out = 10, .stride = 2})(x).sizes(), padded.sizes());
}

TEST(FoundingQuestion, ZeroPaddingAndProjectionForTables) {
  const auto x = torch::rand({2, 5});
  const auto padded = ZeroPadShortcut(ZeroPadShortcutOptions{.in = 5, .out = 8})(x);
  EXPECT_TRUE(torch::equal(padded.narrow(1, 1, 5), x));
  EXPECT_EQ(padded.ne(0).sum().item<int64_t>(), 10);
  auto projection = LinearProjection(5, 8);
  EXPECT_TRUE(torch::equal(projection(x), x.matmul(projection->parameters()[0].t())));
}

TEST(FoundingQuestion, ZeroPaddingCannotDropChannels) {
  expect_error(ErrorKind::usage, "ZeroPadShortcut: out must not be less than in, got in=8, out=4",
               [] { ZeroPadShortcut(ZeroPadShortcutOptions{.in = 8, .out = 4}); });
  expect_error(ErrorKind::usage, "stride must be positive, got stride=0",
               [] { ZeroPadShortcut(ZeroPadShortcutOptions{.in = 4, .out = 4, .stride = 0}); });
}
