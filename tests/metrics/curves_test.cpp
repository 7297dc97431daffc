// Curves and thresholds against scikit-learn.
#include "reszoo/metrics/curves.h"

#include <cmath>

#include "metrics/metric_fixture.h"
#include "reszoo/metrics/metrics.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Expects the tensors to equal the fixture's curve, in order.
void expect_curve(const nlohmann::json& expected, const std::vector<Tensor>& curve) {
  for (size_t i = 0; i < curve.size(); ++i) {
    const auto numbers = tensor_of(expected.at(i));
    ASSERT_EQ(curve[i].sizes(), numbers.sizes()) << "part " << i;
    EXPECT_LE((curve[i] - numbers).abs().max().item<double>(), metric_tolerance) << "part " << i;
  }
}

struct Binary : MetricCase {
  Tensor weight = tensor_of(json.at("weight"));
  nlohmann::json curves = json.at("curves");
  Binary() : MetricCase("binary", "probability") {}
};

double value_at(double threshold, ThresholdMetric metric, const Binary& c, const Tensor& weight) {
  const auto guess = c.given.ge(threshold);
  return metric == ThresholdMetric::f1         ? f1(guess, c.target, weight)
         : metric == ThresholdMetric::accuracy ? accuracy(guess, c.target, weight)
                                               : balanced_accuracy(guess, c.target, weight);
}

}  // namespace

TEST(Curves, RocEqualsScikitLearn) {
  const Binary c;
  const auto curve = roc_curve(c.given, c.target);
  expect_curve(c.curves["roc"], {curve.false_positives, curve.true_positives, curve.thresholds.slice(0, 1)});
  EXPECT_TRUE(std::isinf(curve.thresholds[0].item<double>()));
  const auto weighted = roc_curve(c.given, c.target, c.weight);
  expect_curve(c.curves["roc_weighted"], {weighted.false_positives, weighted.true_positives});
}

TEST(Curves, PrecisionRecallEqualsScikitLearn) {
  const Binary c;
  const auto curve = precision_recall_curve(c.given, c.target);
  expect_curve(c.curves["pr"], {curve.precision, curve.recall, curve.thresholds});
  const auto weighted = precision_recall_curve(c.given, c.target, c.weight);
  expect_curve(c.curves["pr_weighted"], {weighted.precision, weighted.recall, weighted.thresholds});
}

TEST(Curves, CalibrationEqualsScikitLearnWithProbabilitiesOnTheEdges) {
  const Binary c;
  for (const auto& [name, bins, how] : {std::tuple("calibration_uniform_10", 10, CalibrationBins::uniform),
                                        std::tuple("calibration_uniform_3", 3, CalibrationBins::uniform),
                                        std::tuple("calibration_quantile_5", 5, CalibrationBins::quantile)}) {
    const auto curve = calibration_curve(c.given, c.target, bins, how);
    expect_curve(c.curves[name], {curve.observed, curve.predicted});
    EXPECT_EQ(curve.weight.sum().item<double>(), 24) << name;
  }
}

TEST(Curves, ConfusionMatrixEqualsScikitLearn) {
  const MetricCase c("multiclass", "probability");
  const auto guess = c.given.argmax(1);
  const auto plain = confusion_matrix(guess, c.target, 4);
  EXPECT_TRUE(torch::equal(plain, tensor_of(c.json["confusion"])));
  const auto weighted = confusion_matrix(guess, c.target, 4, tensor_of(c.json["weight"]));
  EXPECT_TRUE(torch::allclose(weighted, tensor_of(c.json["confusion_weighted"]), 0, metric_tolerance));
}

TEST(Curves, BestThresholdIsTheBestOfAllCuts) {
  const Binary c;
  for (const auto& [name, metric] :
       {std::pair("accuracy", ThresholdMetric::accuracy),
        std::pair("balanced_accuracy", ThresholdMetric::balanced_accuracy), std::pair("f1", ThresholdMetric::f1)})
    for (const bool weighted : {false, true}) {
      const auto weight = weighted ? c.weight : Tensor();
      const auto best = best_threshold(c.given, c.target, metric, weight);
      EXPECT_NEAR(best.value, c.json[weighted ? "best_weighted" : "best"][name], metric_tolerance) << name;
      EXPECT_NEAR(best.value, value_at(best.threshold, metric, c, weight), metric_tolerance) << name;
    }
}

TEST(Curves, BestThresholdLiesMidwayAndNearAHalf) {
  const auto target = torch::tensor({0, 0, 1, 1});
  const auto at = [&](std::vector<double> p) {
    return best_threshold(torch::tensor(p, torch::kDouble), target, ThresholdMetric::f1).threshold;
  };
  EXPECT_DOUBLE_EQ(at({0.1, 0.2, 0.4, 0.9}), 0.3);
  EXPECT_DOUBLE_EQ(at({0.6, 0.6, 0.6, 0.6}), 0.5);  // predict 1 for all rows
  const auto none = best_threshold(torch::tensor({1.0, 1.0}), torch::tensor({0, 0}), ThresholdMetric::accuracy);
  EXPECT_GT(none.threshold, 1);  // predict 1 for no row, not even the most certain one
  EXPECT_EQ(none.value, 1);
}

TEST(Curves, BestThresholdSeparatesProbabilitiesThatAreNeighbours) {
  const double low = 0.7, high = std::nextafter(low, 1.0);
  const auto best =
      best_threshold(torch::tensor({low, high}, torch::kDouble), torch::tensor({0, 1}), ThresholdMetric::accuracy);
  EXPECT_EQ(best.threshold, high);
  EXPECT_EQ(best.value, 1);
}

TEST(Curves, WhatIsNoProbabilityOrClassIsRefused) {
  const auto half = torch::full({2}, 0.5), y = torch::tensor({0, 1});
  expect_error(ErrorKind::input, "calibration_curve: probabilities must be in [0, 1], got 0.5 to 1.5", [&] {
    calibration_curve(half + torch::tensor({0, 1}), y);
  });
  expect_error(ErrorKind::usage, "calibration_curve: needs at least one bin, got bins=0",
               [&] { calibration_curve(half, y, 0); });
  expect_error(ErrorKind::input, "confusion_matrix: classes must be in 0 .. 1, got 0 to 2", [&] {
    confusion_matrix(torch::tensor({2, 0}), y, 2);
  });
  expect_error(ErrorKind::input, "best_threshold: needs two classes, got 3", [&] {
    best_threshold(torch::full({2, 3}, 0.3), y, ThresholdMetric::f1);
  });
}
