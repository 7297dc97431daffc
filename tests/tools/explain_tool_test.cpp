// predict --explain, evaluate --explain, and calibrated probabilities.
#include <sstream>

#include "infer/small_model.h"
#include "reszoo/data/table.h"
#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

struct ExplainedGoods : Goods {
  nlohmann::json summary;

  explicit ExplainedGoods(const std::string& target, const Words& more = {})
      : Goods(target), summary(trained(more).json()) {}
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
  const ExplainedGoods goods("price");
  EXPECT_FALSE(goods.summary.contains("calibration"));
  const auto frame = goods.frame();
  EXPECT_EQ(frame.names(),
            (Words{"prediction", "base_value", "contribution_size", "contribution_age", "contribution_colour"}));
  EXPECT_EQ(frame.rows(), 120);
  EXPECT_LT(furthest(total(frame), frame.at("prediction").numbers), 1e-4);
  const auto json = expect_success(goods.predict({"--json"})).json();
  EXPECT_EQ(json["predictions"]["contribution_age"].size(), 120u);
  const Words evaluate{"evaluate", "--weights", goods.model(), "--data", goods.at("data.csv"), "--json", "--explain"};
  const auto columns = expect_success(evaluate).json()["columns"];
  EXPECT_EQ(columns["metric"], "rmse");
  EXPECT_EQ(columns["importance"].size(), 3u);
  EXPECT_EQ(columns["dependence"].size(), 3u);
  EXPECT_EQ(columns["contributions"].size(), 3u);
  EXPECT_EQ(columns["unit"], "price");
}

TEST(ExplainTool, OfClassesTheProbabilityIsExplained) {
  const ExplainedGoods goods("sold", {"--no-calibration"});
  EXPECT_FALSE(goods.summary.contains("calibration"));
  const auto frame = goods.frame({"--proba"});
  EXPECT_LT(furthest(total(frame), frame.at("probability_yes").numbers), 1e-5);
  EXPECT_EQ(frame.at("explained").words, Words{"yes"});
  expect_success(goods.predict({"--explain-output", "no", "--out", goods.at("no.parquet")}));
  EXPECT_LT(furthest(total(read_table(goods.at("no.parquet"))), frame.at("probability_no").numbers), 1e-5);
}

TEST(ExplainTool, WhatCannotBeExplainedIsSaidInALine) {
  const ExplainedGoods goods("grade", {"--background-rows", "0"});
  EXPECT_EQ(goods.summary["calibration"]["rows"], 12);
  EXPECT_NEAR(goods.summary["calibration"]["log_loss"]["after"].get<double>(),
              goods.summary["val"]["log_loss"].get<double>(), 1e-6);  // the second one is of the fused network
  EXPECT_FALSE(Model::load(goods.model()).background.defined());
  expect_failure(1, goods.predict(), {"--explain: the model file holds no rows", "--background FILE takes them"});
  const auto frame = goods.frame({"--background", goods.at("data.csv")});
  EXPECT_EQ(frame.at("explained").words, frame.at("prediction").words);
  expect_failure(1, goods.predict({"--explain-output", "best"}), {"no \"best\" is predicted", "low"});
  expect_failure(2, {"predict", "--weights", goods.model(), goods.at("data.csv"), "--background", goods.at("data.csv")},
                 {"--explain"});
  const auto images = goods.at("images.safetensors");
  small_model().save(images);
  put_images(goods.folder / "images");
  expect_failure(1, {"predict", "--weights", images, goods.at("images"), "--explain"}, {"--explain: is for", "tables"});
}
