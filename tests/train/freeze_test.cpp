// Frozen modules stay unchanged in training.
#include "reszoo/train/freeze.h"

#include <torch/nn.h>

#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

Network small_network() {
  return create_model("tabular_resnet", TabularOptions{.outputs = 1, .numeric = 4, .blocks = 2, .width = 8});
}

bool in_training(const Network& network, const std::string& path) {
  return (*network->named_modules().find(path))->is_training();
}

StateDict copy_of(const nn::Module& module) {
  StateDict copy;
  for (const auto& item : state_of(module)) copy.insert(item.key(), item.value().detach().clone());
  return copy;
}

}  // namespace

TEST(Freeze, PatternsNameParametersAndTheyAreCounted) {
  auto network = small_network();
  EXPECT_EQ(freeze(*network, "*"), static_cast<int64_t>(network->parameters().size()));
  EXPECT_EQ(unfreeze(*network, "output.*"), 4);
  for (const auto& item : network->named_parameters())
    EXPECT_EQ(item.value().requires_grad(), item.key().starts_with("output.")) << item.key();
}

TEST(Freeze, APatternThatNamesNothingIsRefusedWithASuggestion) {
  auto network = small_network();
  expect_error(ErrorKind::usage, "freeze: no parameter \"blocks\"; did you mean blocks.*?",
               [&] { freeze(*network, "blocks"); });
  expect_error(ErrorKind::usage, "unfreeze: no parameter \"outptu.*\"; did you mean output.*?",
               [&] { unfreeze(*network, "outptu.*"); });
}

TEST(Freeze, NormsOfFrozenPartsAreInEvalModeAndComeBack) {
  auto network = small_network();
  freeze(*network, "blocks.0.linear*");
  EXPECT_TRUE(in_training(network, "blocks.0.normalization"));
  freeze(*network, "blocks.0.normalization.*");
  EXPECT_FALSE(in_training(network, "blocks.0.normalization"));
  EXPECT_TRUE(in_training(network, "blocks.0"));
  EXPECT_TRUE(in_training(network, "blocks.1.normalization"));
  unfreeze(*network, "blocks.*");
  EXPECT_TRUE(in_training(network, "blocks.0.normalization"));
}

TEST(Freeze, ANormWithoutParametersFollowsThePartThatItIsIn) {
  nn::Sequential net(nn::Linear(3, 4), nn::BatchNorm1d(nn::BatchNorm1dOptions(4).affine(false)));
  freeze(*net, "0.*");
  EXPECT_FALSE(net->children()[1]->is_training());
  unfreeze(*net, "0.bias");
  EXPECT_TRUE(net->children()[1]->is_training());
}

TEST(Freeze, NormsAloneKeepStatisticsAndWeights) {
  auto network = small_network();
  EXPECT_EQ(freeze_norms(*network), 3);
  EXPECT_FALSE(in_training(network, "output.normalization"));
  const auto parameters = network->named_parameters();
  EXPECT_FALSE(parameters["output.normalization.bias"].requires_grad());
  EXPECT_TRUE(parameters["output.linear.bias"].requires_grad());
}

// Checks weights, statistics and the counter of batches, with and without fused training.
TEST(Freeze, TrainingLeavesFrozenPartsAsTheyWere) {
  for (const bool fast : {true, false}) {
    auto network = small_network();
    freeze(*network, "*");
    unfreeze(*network, "output.linear.*");
    const auto before = copy_of(*network);
    auto options = test::small_options();
    options.fast = fast;
    Trainer(network, test::squared_error, test::by_rmse(), options).fit(test::small_data());
    for (const auto& item : state_of(*network))
      EXPECT_EQ(torch::equal(item.value(), before[item.key()]), !item.key().starts_with("output.linear")) << item.key();
    EXPECT_FALSE(in_training(network, "blocks.0.normalization"));
  }
}

TEST(Freeze, AFrozenBlockInTheMiddleStaysAndItsNeighboursMove) {
  auto network = small_network();
  freeze(*network, "blocks.0.*");
  const auto before = copy_of(*network);
  Trainer(network, test::squared_error, test::by_rmse(), test::small_options()).fit(test::small_data());
  for (const auto& item : network->named_parameters())
    EXPECT_EQ(torch::equal(item.value(), before[item.key()]), item.key().starts_with("blocks.0.")) << item.key();
}
