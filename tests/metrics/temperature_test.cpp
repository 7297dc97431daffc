// Temperatures against SciPy's minima, and where there is none.
#include "reszoo/metrics/temperature.h"

#include "metrics/metric_fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// SciPy finds a minimum to the square root of the precision of its function.
constexpr double kMinimumTolerance = 1e-6;

template <typename Fit>
void expect_scipy(const char* part, Fit fit) {
  for (const auto& expected : read_fixture("scipy_temperature").at(part)) {
    const auto found = fit(tensor_of(expected["logits"]), tensor_of(expected["target"]));
    EXPECT_NEAR(found.temperature / expected["temperature"].get<double>(), 1, kMinimumTolerance) << part;
    EXPECT_NEAR(found.before, expected["before"], metric_tolerance) << part;
    EXPECT_NEAR(found.after, expected["after"], metric_tolerance) << part;
    EXPECT_EQ(found.rows, std::ssize(expected["target"])) << part;
  }
}

}  // namespace

TEST(Temperature, EqualsSciPysMinimum) {
  expect_scipy("classes", fit_temperature);
  expect_scipy("labels", fit_temperature);
  expect_scipy("ordinal", fit_ordinal_temperature);
}

TEST(Temperature, RowsThatAreAllRightHaveNoMinimum) {
  const auto logits = torch::tensor({{2.0, 1.0, 0.0}, {0.0, 0.1, 0.0}}, torch::kDouble);
  const auto fit = fit_temperature(logits, torch::tensor({0, 1}));
  EXPECT_EQ(fit.temperature, 1);
  EXPECT_EQ(fit.before, fit.after);
  EXPECT_FALSE(fit.is_significant());
  const auto descending = torch::tensor({{2.0, -1.0}, {3.0, 1.0}}, torch::kDouble);
  EXPECT_EQ(fit_ordinal_temperature(descending, torch::tensor({1, 2})).temperature, 1);
}

TEST(Temperature, StaysInItsRange) {
  const auto logits = torch::tensor({{5.0, 0.0}, {5.0, 0.0}, {5.0, 0.0}}, torch::kDouble);
  EXPECT_NEAR(fit_temperature(logits, torch::tensor({1, 1, 0})).temperature, kMostTemperature, 1e-12);
  const auto weak = logits * 1e-4;
  EXPECT_NEAR(fit_temperature(weak, torch::tensor({0, 0, 1})).temperature, kLeastTemperature, 1e-12);
}

TEST(Temperature, AFewRowsSayLittle) {
  const auto logits = torch::tensor({3.0, -3.0, 3.0, -1.5}, torch::kDouble);
  const auto target = torch::tensor({1, 0, 0, 0});
  const auto few = fit_temperature(logits, target);
  EXPECT_NE(few.temperature, 1);
  EXPECT_FALSE(few.is_significant());
  const auto many = fit_temperature(logits.repeat({200}), target.repeat({200}));
  EXPECT_NEAR(many.temperature, few.temperature, 1e-9);
  EXPECT_TRUE(many.is_significant());
}

TEST(Temperature, RowsWithoutFiniteLogitsAreLeftOut) {
  const auto logits = torch::tensor({1.0, -1.0, 1.0, -0.5}, torch::kDouble);
  const auto more = torch::cat({logits, torch::tensor({std::nan(""), -std::log(0.0)}, torch::kDouble)});
  const auto target = torch::tensor({1, 0, 0, 0, 1, 1});
  const auto found = fit_temperature(more, target);
  EXPECT_EQ(found.rows, 4);
  EXPECT_EQ(found.temperature, fit_temperature(logits, target.slice(0, 0, 4)).temperature);
  EXPECT_EQ(fit_temperature(more.slice(0, 4), target.slice(0, 4)).temperature, 1);
}

TEST(Temperature, WhatMakesNoSenseIsRefused) {
  const auto logits = torch::zeros({3, 2}, torch::kDouble);
  expect_error(ErrorKind::input, "targets must be classes in 0 .. 1", [&] {
    fit_temperature(logits, torch::tensor({0, 1, 2}));
  });
  expect_error(ErrorKind::input, "got shape=3x2 and shape=2", [&] { fit_temperature(logits, torch::tensor({0, 1})); });
}
