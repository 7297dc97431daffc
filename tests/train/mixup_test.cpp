// Mixup and CutMix of two inputs.
#include "reszoo/train/mixup.h"

#include <torch/types.h>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// Constant images of 12 x 10 pixels.
Batch images() {
  const auto values = torch::arange(1, 6).to(torch::kFloat);
  return {.inputs = values.view({5, 1, 1, 1}).expand({5, 2, 12, 10}).contiguous(), .targets = torch::arange(5)};
}

}  // namespace

TEST(MixupCutmix, NothingIsMixedUnlessAskedFor) {
  Random random(0);
  EXPECT_FALSE(MixupCutmix{}(images(), random).targets_b.defined());
  const MixupCutmix never{.mixup = 1, .probability = 0};
  EXPECT_FALSE(never(images(), random).targets_b.defined());
}

TEST(MixupCutmix, MixupIsTheSumOfBothByTheShare) {
  Random random(1);
  const auto batch = images(), mixed = MixupCutmix{.mixup = 0.4}(batch, random);
  EXPECT_TRUE(torch::equal(mixed.targets_b, torch::tensor({4, 0, 1, 2, 3})));
  const auto expected = mixed.lam * batch.inputs + (1 - mixed.lam) * batch.inputs.roll(1, 0);
  EXPECT_TRUE(torch::allclose(mixed.inputs, expected));
  EXPECT_TRUE(torch::equal(batch.inputs, images().inputs));  // the batch itself stays unchanged
}

TEST(MixupCutmix, CutmixKeepsTheShareOfThePixels) {
  for (int64_t step = 0; step < 50; ++step) {
    Random random(2, 0, step);
    const auto batch = images(), mixed = MixupCutmix{.cutmix = 1}(batch, random);
    const auto own = (mixed.inputs == batch.inputs).to(torch::kFloat).flatten(1).mean(1);
    const auto other = (mixed.inputs == batch.inputs.roll(1, 0)).to(torch::kFloat).flatten(1).mean(1);
    EXPECT_TRUE(torch::allclose(own, torch::full({5}, mixed.lam)));
    EXPECT_TRUE(torch::allclose(own + other, torch::ones({5})));
  }
}

TEST(MixupCutmix, SharesFollowTheBetaDistribution) {
  double sum = 0, squares = 0;
  const int count = 20000;
  for (int i = 0; i < count; ++i) {
    Random random(3, 0, i);
    const double share = random.beta(0.4);
    sum += share / count;
    squares += share * share / count;
  }
  EXPECT_NEAR(sum, 0.5, 0.01);
  EXPECT_NEAR(squares - sum * sum, 0.25 / (2 * 0.4 + 1), 0.005);  // of Beta(a, a): 1 / (4 (2 a + 1))
}

TEST(MixupCutmix, CutmixOfRowsIsRefused) {
  Random random(4);
  expect_error(ErrorKind::input, "cutmix needs images (N, C, H, W), got (5, 3)", [&] {
    MixupCutmix{.cutmix = 1}({.inputs = torch::zeros({5, 3}), .targets = torch::arange(5)}, random);
  });
}
