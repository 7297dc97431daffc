#include "reszoo/recipes/task_metrics.h"

#include <nlohmann/json.hpp>

#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::vector<std::string> names_of_metrics(const Metrics& metrics) {
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics) names.push_back(name);
  return names;
}

}  // namespace

TEST(TaskMetrics, AreThoseOfTheTask) {
  const auto table = training_rows();
  const auto number = Target::fit(table, {"y"});
  const auto targets = number.encode(table);
  const auto perfect = compute_metrics(number, targets.to(at::kDouble), targets);
  EXPECT_EQ(names_of_metrics(perfect), (std::vector<std::string>{"rmse", "mae", "r2"}));
  EXPECT_NEAR(perfect[0].second, 0, 1e-6);
  EXPECT_NEAR(perfect[2].second, 1, 1e-6);

  const auto classes = Target::fit(table, {"mood"});
  const auto truth = classes.encode(table);
  const auto logits = at::one_hot(truth, 2).to(at::kDouble) * 20;
  const auto measured = compute_metrics(classes, logits, truth);
  EXPECT_EQ(measured.front().first, "accuracy");
  EXPECT_EQ(measured.front().second, 1);
}

TEST(TaskMetrics, ManyClassesHaveATopFiveToo) {
  std::vector<std::string> words;
  for (int i = 0; i < 20; ++i) words.push_back(std::string(1, static_cast<char>('a' + i % 10)));
  const auto ten = Target::fit(Column::of_text("letter", words));
  const auto truth = ten.encode(Column::of_text("letter", words));
  // The classes from 9 down are the most probable ones, so the true classes 5 to 9 are among the first five.
  const auto measured = compute_metrics(ten, at::arange(10, at::kDouble).expand({20, 10}).contiguous(), truth);
  EXPECT_EQ(names_of_metrics(measured).at(1), "top5_accuracy");
  EXPECT_NEAR(measured.at(0).second, 0.1, 1e-12);
  EXPECT_NEAR(measured.at(1).second, 0.5, 1e-12);
  EXPECT_TRUE(evaluation_of(ten, "top5_accuracy").monitor.greater_is_better);
}

TEST(TaskMetrics, TheMonitorSaysWhichWayIsBetter) {
  const auto table = training_rows();
  const auto number = Target::fit(table, {"y"}), classes = Target::fit(table, {"mood"});
  EXPECT_EQ(evaluation_of(number).monitor.name, "rmse");
  EXPECT_FALSE(evaluation_of(number).monitor.greater_is_better);
  EXPECT_EQ(evaluation_of(classes).monitor.name, "log_loss");
  EXPECT_TRUE(evaluation_of(classes, "f1").monitor.greater_is_better);
  EXPECT_EQ(default_monitor(classes, Domain::image), "accuracy");
}

TEST(TaskMetrics, AMetricOfOnesOwnStandsAfterTheTasksAndDecides) {
  const auto table = training_rows();
  const auto target = Target::fit(table, {"y"});
  const auto evaluation = evaluation_of(target, "", {{.name = "largest", .compute = [](auto& prediction, auto& truth) {
                                                        return (prediction - truth).abs().max().template item<double>();
                                                      }}});
  EXPECT_EQ(evaluation.monitor.name, "largest");
  const auto targets = target.encode(table);
  const auto metrics = evaluation.metrics(targets.to(at::kDouble) + 1, targets);
  EXPECT_EQ(metrics.back().first, "largest");
  EXPECT_NEAR(metrics.back().second, target.scale()[0], 1e-5);
}

TEST(TaskMetrics, AValueThatIsNotDefinedIsNullInJson) {
  EXPECT_EQ(metrics_json({{"a", 0.5}, {"b", std::nan("")}}).dump(), R"({"a":0.5,"b":null})");
}
