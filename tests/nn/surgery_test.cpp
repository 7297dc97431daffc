// Replacing, wrapping, cloning and naming modules of a network.
#include "reszoo/nn/surgery.h"

#include <gtest/gtest.h>

#include <sstream>

#include "reszoo/nn/conv_blocks.h"
#include "reszoo/nn/init.h"
#include "reszoo/nn/table_encoder.h"
#include "reszoo/nn/tabular_block.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string printed(const Network& network) {
  std::stringstream stream;
  stream << *network;
  return stream.str();
}

/// A user-defined module with a child that its forward calls directly.
struct OwnImpl : nn::Module {
  OwnImpl() { inner = register_module("inner", nn::Linear(4, 4)); }
  Tensor forward(const Tensor& x) { return inner(x); }
  nn::Linear inner{nullptr};
};
TORCH_MODULE(Own);

}  // namespace

TEST(Surgery, IsSeenByForwardParametersAndPrinting) {
  auto network = create_model("resnet18");
  network->eval();
  torch::NoGradGuard no_grad;
  const auto x = torch::rand({1, 3, 48, 48});
  const auto before = network->forward(x);
  const auto count = network->parameters().size();
  for (const std::string path : {"layer1.0.bn1", "layer2.0.downsample.1", "bn1"}) {
    replace_module(network, path, nn::GroupNorm(nn::GroupNormOptions(4, path == "layer2.0.downsample.1" ? 128 : 64)));
    EXPECT_TRUE(find_module(*network, path)->as<nn::GroupNormImpl>());
  }
  EXPECT_EQ(network->parameters().size(), count);
  EXPECT_FALSE(torch::allclose(network->forward(x), before));
  EXPECT_NE(printed(network).find("(bn1): torch::nn::GroupNorm(4, 64"), std::string::npos) << printed(network);
  replace_module(network, "layer3.1", nn::Identity());
  EXPECT_EQ(network->parameters().size(), count - 6);
  EXPECT_EQ(deep_copy(network)->parameters().size(), count - 6);
}

TEST(Surgery, NamesTheNearestPath) {
  auto network = create_model("cifar_resnet20");
  expect_error(ErrorKind::usage, "surgery: no module \"layer1.0.bn3\"; did you mean layer1.0.bn",
               [&] { replace_module(network, "layer1.0.bn3", nn::Identity()); });
}

TEST(Surgery, RefusesTheInsideOfAModuleOfTheUsersOwn) {
  Chain chain(Steps{{"own", Own()}});
  expect_error(ErrorKind::usage, "\"own.inner\" is inside \"own\"",
               [&] { replace_module(chain, "own.inner", nn::Identity()); });
  replace_module(chain, "own", nn::Identity());
  EXPECT_TRUE(chain->parameters().empty());
}

TEST(Network, NamesTheStepsWhenOneIsUnknown) {
  auto network = create_model("cifar_resnet20");
  expect_error(ErrorKind::usage, "cifar_resnet20: no step \"layer4\"; did you mean layer1?; steps are conv1, bn1", [&] {
    network->features(torch::rand({1, 3, 32, 32}), {"layer4"});
  });
}

TEST(Network, GivesInnerStagesByNameAtAnyDepth) {
  auto network = create_model("resnet18");
  network->eval();
  torch::NoGradGuard no_grad;
  const auto maps = network->features(torch::rand({1, 3, 64, 64}), {"layer4", "layer2", "layer2.0"});
  EXPECT_EQ(maps[0].sizes(), (std::vector<int64_t>{1, 512, 2, 2}));
  EXPECT_EQ(maps[1].sizes(), (std::vector<int64_t>{1, 128, 8, 8}));
  EXPECT_EQ(maps[2].sizes(), maps[1].sizes());
}

TEST(Chain, KeepsNamesWhenClonedAndTakesASequentialOver) {
  nn::Sequential sequential({{"first", nn::Linear(2, 3)}, {"second", nn::Linear(3, 1)}});
  Chain chain(sequential);
  EXPECT_EQ(deep_copy(chain)->named_parameters().keys(),
            (std::vector<std::string>{"first.weight", "first.bias", "second.weight", "second.bias"}));
  const auto x = torch::rand({2, 2});
  EXPECT_TRUE(torch::equal(chain(x), sequential->forward(x)));
  EXPECT_TRUE(torch::equal(Chain()(x), x)) << "no step is the identity";
}

TEST(Chain, ASequentialIsAStepLikeAnyModule) {
  nn::Sequential sequential({{"first", nn::Linear(2, 2)}, {"second", nn::Linear(2, 2)}});
  Slots slots;
  slots.branch = {{"inner", sequential}, {"relu", nn::ReLU()}};
  slots.branch.emplace_back("last", nn::Sequential(nn::Linear(2, 2)));
  slots.shortcut = {"shortcut", nn::Sequential(nn::Linear(2, 2))};
  ResidualBlock block(slots);
  EXPECT_EQ(
      deep_copy(block)->named_parameters().keys(),
      (std::vector<std::string>{"inner.first.weight", "inner.first.bias", "inner.second.weight", "inner.second.bias",
                                "last.0.weight", "last.0.bias", "shortcut.0.weight", "shortcut.0.bias"}));
  const auto x = torch::rand({3, 2});
  const auto branch = block->slots().branch.back().module().forward(sequential->forward(x).relu());
  EXPECT_TRUE(torch::equal(block(x), branch + block->slots().shortcut.module().forward(x)));
}

TEST(ResidualBlock, PreActivationProjectionReadsTheEntry) {
  auto block = basic_block(BlockOptions{.in = 4, .out = 8, .stride = 2, .order = Order::pre_activation});
  EXPECT_TRUE(block->slots().shortcut_reads_entry);
  auto same = basic_block(BlockOptions{.in = 4, .out = 4, .order = Order::pre_activation});
  EXPECT_FALSE(same->slots().shortcut_reads_entry);
  const auto x = torch::randn({2, 4, 6, 6});
  const auto copy = x.clone();
  EXPECT_EQ(block(x).sizes(), (std::vector<int64_t>{2, 8, 3, 3}));
  same(x);
  EXPECT_TRUE(torch::equal(x, copy)) << "the shortcut's input was written to";
}

TEST(Init, ZeroedBranchesMakeEveryBlockTheIdentity) {
  auto block = tabular_block(TabularBlockOptions{.width = 8, .hidden = 16});
  EXPECT_EQ(zero_init_residual(*block), 0) << "it ends in a linear layer and dropout";
  auto network = create_model("resnet18", ImageOptions{.zero_init_residual = true});
  network->eval();
  torch::NoGradGuard no_grad;
  const auto stages = network->features(torch::rand({1, 3, 48, 48}), {"maxpool", "layer1"});
  EXPECT_TRUE(torch::equal(stages[0], stages[1]));
}

TEST(TableEncoder, EmbedsAndGivesUnseenCategoriesTheirOwnRow) {
  auto network = create_model(
      "tabular_resnet", TabularOptions{.numeric = 1, .cardinalities = std::vector<int64_t>{3}, .embedding_width = 4});
  EXPECT_EQ(network->named_parameters()["encoder.embeddings.0.weight"].sizes(), (std::vector<int64_t>{4, 4}));
  EXPECT_EQ(network->named_parameters()["input_projection.weight"].sizes(), (std::vector<int64_t>{192, 5}));
  network->eval();
  const auto y = network->forward(torch::tensor({{0.f, -1.f}, {0.f, 0.f}, {0.f, 2.f}}));
  EXPECT_NE(y[0].item<float>(), y[1].item<float>());
}

TEST(TableEncoder, ACopyHasItsOwnEmbeddingsAndUsesThem) {
  TableEncoder encoder(TableEncoderOptions{.numeric = 1, .cardinalities = {3, 2}, .embedding_width = 4});
  auto copy = deep_copy(encoder);
  torch::NoGradGuard no_grad;
  const auto rows = torch::tensor({{0.5f, 2.f, -1.f}});
  const auto before = encoder(rows);
  EXPECT_TRUE(torch::equal(copy(rows), before));
  copy->named_parameters()["embeddings.0.weight"].add_(1);
  EXPECT_FALSE(torch::equal(copy(rows), before));
  EXPECT_TRUE(torch::equal(encoder(rows), before));
}
