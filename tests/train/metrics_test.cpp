// Metrics against scikit-learn's, and where they are not defined.
#include "reszoo/base/safe_file.h"
#include "reszoo/train/metrics.h"

#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

nlohmann::json fixture(const std::string& part) {
  return nlohmann::json::parse(read_file(std::string(RESZOO_FIXTURES) + "/sklearn_metrics.json")).at(part);
}

Tensor labels(const nlohmann::json& json) {
  return torch::tensor(json.get<std::vector<int64_t>>());
}

Tensor table(const nlohmann::json& json) {
  std::vector<Tensor> rows;
  for (const auto& row : json) rows.push_back(torch::tensor(row.get<std::vector<double>>(), torch::kDouble));
  return torch::stack(rows);
}

constexpr double tolerance = 1e-12;

}  // namespace

TEST(Metrics, RegressionEqualsScikitLearn) {
  const auto f = fixture("regression");
  const auto target = torch::tensor(f["target"].get<std::vector<double>>(), torch::kDouble);
  const auto prediction = torch::tensor(f["prediction"].get<std::vector<double>>(), torch::kDouble);
  EXPECT_NEAR(rmse(prediction, target), f["rmse"], tolerance);
  EXPECT_NEAR(mae(prediction, target), f["mae"], tolerance);
  EXPECT_NEAR(r2(prediction, target), f["r2"], tolerance);
}

TEST(Metrics, BinaryEqualsScikitLearnWithTiesAndCertainties) {
  const auto f = fixture("binary");
  const auto target = labels(f["target"]);
  const auto probability = torch::tensor(f["probability"].get<std::vector<double>>(), torch::kDouble);
  EXPECT_NEAR(accuracy(probability.gt(0.5), target), f["accuracy"], tolerance);
  EXPECT_NEAR(balanced_accuracy(probability.gt(0.5), target), f["balanced_accuracy"], tolerance);
  EXPECT_NEAR(log_loss(probability, target), f["log_loss"], tolerance);
  EXPECT_NEAR(roc_auc(probability, target), f["roc_auc"], tolerance);
  const auto both = torch::stack({1 - probability, probability}, 1);
  EXPECT_NEAR(log_loss(both, target), f["log_loss"], tolerance);
  EXPECT_NEAR(roc_auc(both, target), f["roc_auc"], tolerance);
}

TEST(Metrics, MulticlassEqualsScikitLearn) {
  const auto f = fixture("multiclass");
  const auto target = labels(f["target"]);
  const auto probability = table(f["probability"]);
  EXPECT_NEAR(accuracy(probability.argmax(1), target), f["accuracy"], tolerance);
  EXPECT_NEAR(balanced_accuracy(probability.argmax(1), target), f["balanced_accuracy"], tolerance);
  EXPECT_NEAR(log_loss(probability, target), f["log_loss"], tolerance);
  EXPECT_NEAR(roc_auc(probability, target), f["roc_auc"], tolerance);
}

TEST(Metrics, BalancedAccuracyLeavesOutAnAbsentClass) {
  const auto f = fixture("absent_class");
  EXPECT_NEAR(accuracy(labels(f["guess"]), labels(f["target"])), f["accuracy"], tolerance);
  EXPECT_NEAR(balanced_accuracy(labels(f["guess"]), labels(f["target"])), f["balanced_accuracy"], tolerance);
}

TEST(Metrics, RocAucIsNotANumberWhereAClassIsAbsent) {
  EXPECT_TRUE(std::isnan(roc_auc(torch::tensor({0.2, 0.7}), torch::tensor({1, 1}))));
  const auto probability = torch::full({4, 3}, 1.0 / 3, torch::kDouble);
  EXPECT_TRUE(std::isnan(roc_auc(probability, torch::tensor({0, 1, 0, 1}))));
  EXPECT_EQ(roc_auc(probability, torch::tensor({0, 1, 2, 1})), 0.5);
}

TEST(Metrics, R2OfATargetOfOneValueIsAsInScikitLearn) {
  EXPECT_EQ(r2(torch::tensor({2.0, 2.0}), torch::tensor({2.0, 2.0})), 1);
  EXPECT_EQ(r2(torch::tensor({2.0, 3.0}), torch::tensor({2.0, 2.0})), 0);
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
}
