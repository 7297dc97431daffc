// Random numbers depend only on their key.
#include "reszoo/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace reszoo;

TEST(Random, BitsAreThoseOfSplitMix64) {
  // The first outputs of the generator of Steele, Lea and Flood for the seed 1234567.
  uint64_t state = 1234567;
  for (const uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL}) {
    EXPECT_EQ(splitmix64(state), expected);
    state += 0x9e3779b97f4a7c15;
  }
}

TEST(Random, IsAFunctionOfSeedEpochAndItem) {
  std::set<uint64_t> firsts;
  for (uint64_t seed = 0; seed < 3; ++seed)
    for (int64_t epoch = 0; epoch < 3; ++epoch)
      for (int64_t item = 0; item < 3; ++item) {
        EXPECT_EQ(Random(seed, epoch, item).bits(), Random(seed, epoch, item).bits());
        firsts.insert(Random(seed, epoch, item).bits());
      }
  EXPECT_EQ(firsts.size(), 27u);
}

TEST(Random, NumbersHaveTheirDistribution) {
  constexpr int count = 20000;
  Random random(7);
  double uniform = 0, normal = 0, square = 0, beta = 0;
  int64_t chances = 0, smallest = 10, largest = -1;
  for (int i = 0; i < count; ++i) {
    const double u = random.between(2, 4), n = random.normal(), b = random.beta(0.4);
    ASSERT_TRUE(u >= 2 && u < 4 && b >= 0 && b <= 1);
    uniform += u;
    normal += n;
    square += n * n;
    beta += b;
    chances += random.chance(0.25);
    const auto below = random.below(10);
    smallest = std::min(smallest, below);
    largest = std::max(largest, below);
  }
  EXPECT_NEAR(uniform / count, 3, 0.02);
  EXPECT_NEAR(normal / count, 0, 0.03);
  EXPECT_NEAR(square / count, 1, 0.05);
  EXPECT_NEAR(beta / count, 0.5, 0.02);
  EXPECT_NEAR(static_cast<double>(chances) / count, 0.25, 0.02);
  EXPECT_EQ(smallest, 0);
  EXPECT_EQ(largest, 9);
}
