// Random permutations depend only on their arguments.
#include "reszoo/base/permutation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

using namespace reszoo;

TEST(Permutation, HasEveryRowOnce) {
  const auto order = permutation(100, 1, 0);
  EXPECT_EQ(order.scalar_type(), at::kLong);
  EXPECT_TRUE(at::equal(std::get<0>(order.sort()), at::arange(100, at::kLong)));
  EXPECT_EQ(permutation(0, 1, 0).size(0), 0);
}

TEST(Permutation, IsAFunctionOfSeedAndStream) {
  const auto order = permutation(100, 1, 0);
  at::manual_seed(5);  // the global generator has no effect
  at::rand({3});
  EXPECT_TRUE(at::equal(permutation(100, 1, 0), order));
  EXPECT_FALSE(at::equal(permutation(100, 2, 0), order));
  EXPECT_FALSE(at::equal(permutation(100, 1, 1), order));
}
