// Ranges of values whose bounds are not known before.
#include "fusion/value_histogram.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

using namespace reszoo;
using reszoo::detail::ValueHistogram;

TEST(ValueHistogram, PercentilesLeaveOutTheOutermostValues) {
  ValueHistogram seen;
  seen.add(at::linspace(-1, 3, 40'001));
  seen.add(at::full({10}, 100.0f));  // bins are joined for it
  EXPECT_NEAR(seen.percentile(0).max, 100, 1);
  EXPECT_NEAR(seen.percentile(0.01).min, -0.96, 0.1);
  EXPECT_NEAR(seen.percentile(0.01).max, 2.96, 0.1);
}

TEST(ValueHistogram, RangesHoldZero) {
  ValueHistogram seen;
  seen.add(at::linspace(2, 3, 1000));
  EXPECT_EQ(seen.percentile(0.01).min, 0);
  EXPECT_EQ(seen.least_error(255).min, 0);
}

TEST(ValueHistogram, AFewFarValuesAreClippedWhenThatCostsLess) {
  at::manual_seed(0);
  ValueHistogram seen;
  seen.add(at::cat({at::randn({100'000}), at::full({1}, 30.0f)}));
  const auto range = seen.least_error(255);
  EXPECT_GT(range.max, 4);
  EXPECT_LT(range.max, 28);
}

TEST(ValueHistogram, OfNothingAndOfZeros) {
  EXPECT_EQ(ValueHistogram().percentile(0).max, 0);
  ValueHistogram zeros;
  zeros.add(at::zeros({100}));
  EXPECT_NEAR(zeros.least_error(255).max, 0, 1e-3);
}
