// Metrics against scikit-learn, and where they are undefined.
#include "reszoo/metrics/metrics.h"

#include <cmath>

#include "metrics/metric_fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using nlohmann::json;

constexpr double tolerance = metric_tolerance;

void expect_regression(const json& f, const Tensor& prediction, const Tensor& target, const Tensor& weight) {
  EXPECT_NEAR(rmse(prediction, target, weight), f["rmse"], tolerance);
  EXPECT_NEAR(mae(prediction, target, weight), f["mae"], tolerance);
  EXPECT_NEAR(r2(prediction, target, weight), f["r2"], tolerance);
  EXPECT_NEAR(pinball(prediction, target, 0.2, weight), f["pinball_0.2"], tolerance);
}

void expect_of_probability(const json& f, const Tensor& probability, const Tensor& target, const Tensor& weight) {
  EXPECT_NEAR(log_loss(probability, target, weight), f["log_loss"], tolerance);
  EXPECT_NEAR(brier(probability, target, weight), f["brier"], tolerance);
  EXPECT_NEAR(roc_auc(probability, target, weight), f["roc_auc"], tolerance);
  EXPECT_NEAR(pr_auc(probability, target, weight), f["pr_auc"], tolerance);
  EXPECT_NEAR(calibration_error(probability, target, 15, weight), f["calibration_error"], tolerance);
}

void expect_of_guess(const json& f, const Tensor& guess, const Tensor& target, const Tensor& weight) {
  EXPECT_NEAR(accuracy(guess, target, weight), f["accuracy"], tolerance);
  EXPECT_NEAR(balanced_accuracy(guess, target, weight), f["balanced_accuracy"], tolerance);
  EXPECT_NEAR(f1_macro(guess, target, weight), f["f1_macro"], tolerance);
}

}  // namespace

TEST(Metrics, RegressionEqualsScikitLearn) {
  const MetricCase c("regression", "prediction");
  c.each([&](const json& f, const Tensor& weight) { expect_regression(f, c.given, c.target, weight); });
}

TEST(Metrics, RegressionOfNumbersOfAnySizeNeitherOverflowsNorVanishes) {
  const auto target = torch::tensor({1.0, 2.0, 3.0, 5.0}, torch::kDouble),
             guess = torch::tensor({1.5, 2.0, 2.0, 5.5}, torch::kDouble);
  for (const double size : {0x1p-1000, 0x1p-600, 0x1p600, 0x1p1020}) {
    EXPECT_EQ(rmse(guess * size, target * size), rmse(guess, target) * size);
    EXPECT_EQ(mae(guess * size, target * size), mae(guess, target) * size);
    EXPECT_DOUBLE_EQ(r2(guess * size, target * size), r2(guess, target));
  }
}

TEST(Metrics, SeveralTargetsAreTheMeanOverTargets) {
  const MetricCase c("several_targets", "prediction");
  c.each([&](const json& f, const Tensor& weight) {
    expect_regression(f, c.given, c.target, weight);
    EXPECT_NEAR(mean_over_targets(rmse, c.given, c.target, weight), f["rmse"], tolerance);
  });
  const auto each = per_target(r2, c.given, c.target);
  for (size_t t = 0; t < 3; ++t) EXPECT_NEAR(each.at(t), c.json["r2_each"][t], tolerance);
}

TEST(Metrics, BinaryEqualsScikitLearnWithTiesAndCertainties) {
  const MetricCase c("binary", "probability");
  c.each([&](const json& f, const Tensor& weight) {
    expect_of_guess(f, c.given.gt(0.5), c.target, weight);
    EXPECT_NEAR(f1(c.given.gt(0.5), c.target, weight), f["f1"], tolerance);
    expect_of_probability(f, c.given, c.target, weight);
    expect_of_probability(f, torch::stack({1 - c.given, c.given}, 1), c.target, weight);
  });
}

TEST(Metrics, TopKEqualsScikitLearnWithTies) {
  const MetricCase c("top_k", "probability");
  c.each([&](const json& f, const Tensor& weight) {
    for (const int64_t k : {1, 2, 5, 11})
      EXPECT_NEAR(top_k_accuracy(c.given, c.target, k, weight), f[fmt::format("top_{}", k)], tolerance) << k;
    EXPECT_NEAR(top_k_accuracy(c.given, c.target, 12, weight), 1, tolerance);
  });
  expect_error(ErrorKind::usage, "k must be at least 1", [&] { top_k_accuracy(c.given, c.target, 0); });
}

TEST(Metrics, MulticlassEqualsScikitLearn) {
  const MetricCase c("multiclass", "probability");
  c.each([&](const json& f, const Tensor& weight) {
    expect_of_guess(f, c.given.argmax(1), c.target, weight);
    expect_of_probability(f, c.given, c.target, weight);
  });
}

TEST(Metrics, OrdinalEqualsScikitLearnWithAGapInTheClasses) {
  const MetricCase c("ordinal", "guess");
  c.each([&](const json& f, const Tensor& weight) {
    EXPECT_NEAR(mae(c.given, c.target, weight), f["mae"], tolerance);
    EXPECT_NEAR(quadratic_kappa(c.given, c.target, weight), f["quadratic_kappa"], tolerance);
  });
}

TEST(Metrics, MultilabelEqualsScikitLearn) {
  const MetricCase c("multilabel", "probability");
  const auto guess = c.given.gt(0.5);
  c.each([&](const json& f, const Tensor& weight) {
    EXPECT_NEAR(mean_over_targets(f1, guess, c.target, weight), f["f1_macro"], tolerance);
    EXPECT_NEAR(mean_over_targets(roc_auc, c.given, c.target, weight), f["roc_auc_macro"], tolerance);
    EXPECT_NEAR(mean_over_targets(pr_auc, c.given, c.target, weight), f["pr_auc_macro"], tolerance);
    EXPECT_NEAR(subset_accuracy(guess, c.target, weight), f["subset_accuracy"], tolerance);
    EXPECT_NEAR(hamming_loss(guess, c.target, weight), f["hamming_loss"], tolerance);
  });
}

TEST(Metrics, AnAbsentClassTakesNoPartInBalancedAccuracyAndIsAMissInF1) {
  const MetricCase c("absent_class", "guess");
  EXPECT_NEAR(accuracy(c.given, c.target), c.json["accuracy"], tolerance);
  EXPECT_NEAR(balanced_accuracy(c.given, c.target), c.json["balanced_accuracy"], tolerance);
  EXPECT_NEAR(f1_macro(c.given, c.target), c.json["f1_macro"], tolerance);
}

TEST(Metrics, ARowOfWeightTwoIsARowTwice) {
  const auto probability = torch::tensor({0.2, 0.7, 0.7, 0.4, 0.9}, torch::kDouble);
  const auto target = torch::tensor({0, 1, 0, 1, 1});
  const auto weight = torch::tensor({1.0, 2.0, 1.0, 0.0, 1.0}, torch::kDouble);
  const auto rows = torch::tensor({0, 1, 1, 2, 4});
  const auto p = probability.index_select(0, rows), y = target.index_select(0, rows);
  for (const Metric& metric : {Metric(log_loss), Metric(brier), Metric(roc_auc), Metric(pr_auc)})
    EXPECT_NEAR(metric(probability, target, weight), metric(p, y, {}), tolerance);
  EXPECT_NEAR(calibration_error(probability, target, 4, weight), calibration_error(p, y, 4), tolerance);
}

TEST(Metrics, AreasAreNotANumberWhereAClassIsAbsent) {
  EXPECT_TRUE(std::isnan(roc_auc(torch::tensor({0.2, 0.7}), torch::tensor({1, 1}))));
  EXPECT_TRUE(std::isnan(pr_auc(torch::tensor({0.2, 0.7}), torch::tensor({0, 0}))));
  const auto probability = torch::full({4, 3}, 1.0 / 3, torch::kDouble);
  EXPECT_TRUE(std::isnan(roc_auc(probability, torch::tensor({0, 1, 0, 1}))));
  EXPECT_TRUE(std::isnan(pr_auc(probability, torch::tensor({0, 1, 0, 1}))));
  EXPECT_EQ(roc_auc(probability, torch::tensor({0, 1, 2, 1})), 0.5);
}

TEST(Metrics, R2OfATargetOfOneValueIsAsInScikitLearn) {
  EXPECT_EQ(r2(torch::tensor({2.0, 2.0}), torch::tensor({2.0, 2.0})), 1);
  EXPECT_EQ(r2(torch::tensor({2.0, 3.0}), torch::tensor({2.0, 2.0})), 0);
}

TEST(Metrics, F1WithoutClassOneIsZeroAndKappaOfOneClassIsNotANumber) {
  EXPECT_EQ(f1(torch::tensor({0, 0}), torch::tensor({0, 0})), 0);
  EXPECT_TRUE(std::isnan(quadratic_kappa(torch::tensor({2, 2}), torch::tensor({2, 2}))));
}

TEST(Metrics, ShapesAndTargetsThatDoNotFitAreRefused) {
  expect_error(ErrorKind::input,
               "rmse: prediction and target must have the same number of values and at least one, got 2 and 3",
               [] { rmse(torch::zeros({2}), torch::zeros({3})); });
  expect_error(ErrorKind::input, "accuracy: ", [] { accuracy(torch::zeros({0}), torch::zeros({0})); });
  expect_error(ErrorKind::input, "log_loss: targets must be in 0 .. 2, got 3", [] {
    log_loss(torch::full({2, 3}, 0.3), torch::tensor({0, 3}));
  });
  expect_error(ErrorKind::input,
               "roc_auc: probability must be (N, C) or (N) for N > 0 targets, got (2, 3) for 4 targets", [] {
                 roc_auc(torch::zeros({2, 3}), torch::zeros({4}));
               });
  expect_error(ErrorKind::input, "per_target: needs two tensors of the same shape (N, T), got (3) and (3, 1)", [] {
    per_target(rmse, torch::zeros({3}), torch::zeros({3, 1}));
  });
  expect_error(ErrorKind::usage, "pinball: quantile must be a fraction in [0, 1], got 2",
               [] { pinball(torch::zeros({3}), torch::zeros({3}), 2); });
}

TEST(Metrics, WeightsThatAreNoneAreRefused) {
  const auto y = torch::zeros({2});
  expect_error(ErrorKind::input, "mae: weight must be (2), a number a row, got 3 numbers",
               [&] { mae(y, y, torch::ones({3})); });
  for (const auto& weight : {torch::tensor({1.0, -1.0}), torch::tensor({0.0, 0.0}), torch::tensor({1.0, std::nan("")}),
                             torch::tensor({1.0, HUGE_VAL})})
    expect_error(ErrorKind::input, "accuracy: weights must be finite, 0 or more and not all 0",
                 [&] { accuracy(y, y, weight); });
}
