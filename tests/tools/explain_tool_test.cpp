// predict --explain, evaluate --explain, and calibrated probabilities.
#include <cmath>
#include <sstream>

#include "reszoo/data/table.h"
#include "reszoo/infer/model.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

struct ExplainedGoods : Goods {
  explicit ExplainedGoods(const std::string& target = "price", const Words& more = {}) : Goods(target) {
    trained(more);
  }
  Words predict(const Words& more = {}) const {
    return Words{"predict", "--weights", model(), at("data.csv"), "--explain"} + more;
  }
  Frame frame(const Words& more = {}) const {
    std::istringstream stream(expect_success(predict(more)).out);
    return read_table(stream, "explained");
  }
};

/// The sum of base value and contributions.
Tensor total(const Frame& frame) {
  auto sum = frame.at("base_value").numbers.clone();
  for (const auto& name : kInputs) sum += frame.at("contribution_" + name).numbers;
  return sum;
}

double furthest(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

TEST(ExplainTool, ContributionsAddUpToThePrediction) {
  const ExplainedGoods goods;
  const auto frame = goods.frame();
  EXPECT_EQ(frame.names(),
            (Words{"prediction", "base_value", "contribution_size", "contribution_age", "contribution_colour"}));
  EXPECT_EQ(frame.rows(), 120);
  EXPECT_LT(furthest(total(frame), frame.at("prediction").numbers), 1e-4);
  expect_success(goods.predict({"--out", goods.at("out.parquet")}));
  EXPECT_EQ(furthest(total(read_table(goods.at("out.parquet"))), total(frame)), 0);
  const auto json = expect_success(goods.predict({"--json"})).json();
  EXPECT_EQ(json["predictions"]["contribution_age"].size(), 120u);
}

TEST(ExplainTool, OfClassesTheProbabilityIsExplained) {
  const ExplainedGoods goods("sold");
  const auto frame = goods.frame({"--proba"});
  EXPECT_LT(furthest(total(frame), frame.at("probability_yes").numbers), 1e-5);
  EXPECT_EQ(frame.at("explained").words, Words{"yes"});
  EXPECT_LT(furthest(total(goods.frame({"--explain-output", "no"})), frame.at("probability_no").numbers), 1e-5);
}

TEST(ExplainTool, RowsToCompareWithAreInTheFileOrInATable) {
  const ExplainedGoods goods("price", {"--background-rows", "0"});
  EXPECT_FALSE(Model::load(goods.model()).background.defined());
  expect_failure(1, goods.predict(), {"--explain: the model file holds no rows", "--background FILE takes them"});
  const auto frame = goods.frame({"--background", goods.at("data.csv")});
  EXPECT_LT(furthest(total(frame), frame.at("prediction").numbers), 1e-4);
}

TEST(ExplainTool, WhatCannotBeExplainedIsSaidInALine) {
  const ExplainedGoods goods("grade");
  expect_failure(1, goods.predict({"--explain-output", "best"}), {"no \"best\" is predicted", "low"});
  expect_failure(2, {"predict", "--weights", goods.model(), goods.at("data.csv"), "--background", goods.at("data.csv")},
                 {"--explain"});
  put_images(goods.folder / "images");
  expect_success({"train", "--model", "cifar_resnet20", "--data", goods.at("images"), "--epochs", "1", "--out",
                  goods.at("run"), "--batch-size", "40"});
  const auto images = goods.at("run/model.safetensors");
  expect_failure(1, {"predict", "--weights", images, goods.at("images"), "--explain"}, {"--explain: is for", "tables"});
  const auto refused = run_tool({"evaluate", "--weights", images, "--data", goods.at("images"), "--explain"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("evaluate: --explain: is for tables"), std::string::npos) << refused.err;
}

TEST(ExplainTool, EvaluateSaysWhatPredictionsDependOn) {
  const ExplainedGoods goods;
  const Words evaluate{"evaluate", "--weights", goods.model(), "--data", goods.at("data.csv"), "--json"};
  const auto columns = expect_success(evaluate + Words{"--explain"}).json()["columns"];
  EXPECT_EQ(columns["metric"], "rmse");
  EXPECT_EQ(columns["importance"].size(), 3u);
  EXPECT_EQ(columns["dependence"].size(), 3u);
  EXPECT_EQ(columns["contributions"].size(), 3u);
  EXPECT_EQ(columns["unit"], "price");
  EXPECT_FALSE(expect_success(evaluate).json().contains("columns"));
}

TEST(ExplainTool, CalibrationMayBeSwitchedOff) {
  const Goods goods("grade");
  const auto calibrated = goods.trained({"--epochs", "8"}).json();
  ASSERT_TRUE(calibrated.contains("calibration"));
  EXPECT_EQ(calibrated["calibration"]["rows"], 12);
  EXPECT_EQ(calibrated["calibration"]["log_loss"]["after"], calibrated["val"]["log_loss"]);
  const auto plain = goods.trained({"--epochs", "8", "--no-calibration", "--overwrite"}).json();
  EXPECT_FALSE(plain.contains("calibration"));
  EXPECT_EQ(plain["val"]["accuracy"], calibrated["val"]["accuracy"]);
}
