// Building a network without random initialisation, for weights that are loaded next.
#include "reszoo/nn/skip_init.h"

#include <gtest/gtest.h>

#include "reszoo/weights/load.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

TEST(SkipInit, DrawsNothingAndGivesTheSameNetworkOnceLoaded) {
  const torch::NoGradGuard no_grad;
  auto from = create_model("cifar_resnet20");
  torch::manual_seed(7);
  const auto expected = torch::rand(3);
  torch::manual_seed(7);
  auto to = [] {
    const SkipInit skip_init;
    return create_model("cifar_resnet20");
  }();
  EXPECT_TRUE(torch::equal(torch::rand(3), expected)) << "building drew from the generator";
  load_state(to, state_of(*from));
  const auto x = torch::rand({2, 3, 32, 32});
  from->eval();
  to->eval();
  EXPECT_TRUE(torch::equal(from->forward(x), to->forward(x)));
}

TEST(SkipInit, EndsWithItsScope) {
  { const SkipInit skip_init; }
  EXPECT_GT(torch::rand(100).std().item<double>(), 0.1);
  EXPECT_GT(torch::zeros(100).normal_().std().item<double>(), 0.1);
}
