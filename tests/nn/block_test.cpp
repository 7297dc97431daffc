// The founding question's abstract block, and what residual blocks promise.
#include <gtest/gtest.h>

#include "reszoo/nn/residual_block.h"

using namespace reszoo;

TEST(ResidualBlock, IdentityPlusIdentityDoubles) {
  ResidualBlock first, second;
  const auto x = torch::tensor({1.0, 1.0, 2.0, 2.0});
  EXPECT_TRUE(torch::equal(first(x), torch::tensor({2.0, 2.0, 4.0, 4.0})));
  EXPECT_TRUE(torch::equal(second(first(x)), torch::tensor({4.0, 4.0, 8.0, 8.0})));
  EXPECT_TRUE(torch::equal(x, torch::tensor({1.0, 1.0, 2.0, 2.0})));
}
