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

TEST(RandomSample, IsAscendingAndEveryRowIsAsLikely) {
  auto drawn = at::zeros({50}, at::kLong);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const auto sample = random_sample(50, 10, seed, 3);
    ASSERT_EQ(sample.size(0), 10);
    ASSERT_TRUE((sample.diff() > 0).all().item<bool>());
    drawn.index_add_(0, sample, at::ones({10}, at::kLong));
  }
  EXPECT_EQ(drawn.sum().item<int64_t>(), 20'000);
  // 400 of each, with a deviation of 18.
  EXPECT_GT(drawn.min().item<int64_t>(), 400 - 90);
  EXPECT_LT(drawn.max().item<int64_t>(), 400 + 90);
  EXPECT_TRUE(at::equal(random_sample(50, 10, 7, 3), random_sample(50, 10, 7, 3)));
  EXPECT_TRUE(at::equal(random_sample(5, 5, 7, 3), at::arange(5, at::kLong)));
  EXPECT_TRUE(at::equal(random_sample(5, 9, 7, 3), at::arange(5, at::kLong)));
}
