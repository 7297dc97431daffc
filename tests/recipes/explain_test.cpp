// Contributions of columns to the predictions of a trained model.
#include "reszoo/recipes/explain.h"

#include <nlohmann/json.hpp>

#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/model_report.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// The rows of the other tests with a column more.
Frame explained_rows() {
  auto rows = training_rows();
  std::vector<double> v;
  for (int i = 0; i < 300; ++i) v.push_back(std::fmod(i * 0.414214, 1.0));
  rows.columns.push_back(Column::of_numbers("v", v));
  return rows;
}

struct Explained {
  TrainingData data;
  FittedModel fitted;

  static TableDataOptions options(const std::string& target, TargetOptions how = {}) {
    TableDataOptions options{.target = {target}, .split = {.validation = 0.2}, .target_options = std::move(how)};
    for (const auto* name : {"y", "mood", "w"})
      if (name != target) options.preprocess.ignore.push_back(name);
    return options;
  }
  explicit Explained(const std::string& target, const TargetOptions& how = {})
      : data(make_table_data(explained_rows(), options(target, how))), fitted(fit(data, small_recipe(3))) {}

  Model& model() { return fitted.model; }
  Tensor input(int64_t rows = 20) { return model().input(take_rows(explained_rows(), torch::arange(rows))); }
};

/// Expects base and contributions to add up to these values.
void expect_sum(const Explanation& why, const Tensor& values) {
  const auto sum = why.values.base + why.values.contributions.sum(1);
  EXPECT_TRUE(torch::allclose(sum, values.to(torch::kDouble), 1e-5, 1e-5));
}

}  // namespace

TEST(Explain, ContributionsAddUpToThePrediction) {
  Explained f("y");
  EXPECT_EQ(f.model().background.size(0), 100);
  const auto input = f.input();
  const auto why = explain(f.model(), input);
  EXPECT_EQ(why.columns, f.model().table->inputs());
  expect_sum(why, f.model().target->decode(f.model().outputs(input)));
  const auto mean = f.model().target->decode(f.model().outputs(f.model().background)).mean();
  EXPECT_NEAR(why.values.base[3].item<double>(), mean.item<double>(), 1e-5);
  EXPECT_EQ(explanation_table(why).names(),
            (std::vector<std::string>{"base_value", "contribution_a", "contribution_v", "contribution_b"}));
}

TEST(Explain, AFusedNetworkGivesTheSame) {
  Explained f("y");
  const auto plain = explain(f.model(), f.input());
  f.model().fuse();
  const auto fused = explain(f.model(), f.input());
  EXPECT_TRUE(torch::allclose(plain.values.contributions, fused.values.contributions, 1e-4, 1e-4));
}

TEST(Explain, OfClassesProbabilitiesAreExplained) {
  Explained f("mood");
  const auto input = f.input();
  const auto chances = f.model().target->probabilities(f.model().outputs(input));
  const auto second = explain(f.model(), input);
  expect_sum(second, chances.select(1, 1));
  const auto table = explanation_table(second);
  EXPECT_EQ(table.columns[0].name, "explained");
  EXPECT_EQ(table.columns[0].words[table.columns[0].codes[0].item<int64_t>()], "good");
  const auto first = explain(f.model(), input, {.output = "bad"});
  expect_sum(first, chances.select(1, 0));
  EXPECT_TRUE(torch::allclose(first.values.contributions, -second.values.contributions, 1e-4, 1e-5));
  expect_error_parts(ErrorKind::usage, {"explain: no \"ugly\" is predicted", "bad", "good"},
                     [&] { explain(f.model(), input, {.output = "ugly"}); });
}

TEST(Explain, OfSeveralClassesThePredictedOneIsExplained) {
  auto rows = explained_rows();
  const auto options = [] {
    TableDataOptions how{.target = {"b"}, .split = {.validation = 0.2}};
    how.preprocess.ignore = {"mood", "w"};
    return how;
  }();
  const auto data = make_table_data(rows, options);
  auto fitted = fit(data, small_recipe(8));
  auto& model = fitted.model;
  const auto input = model.input(take_rows(rows, torch::arange(30)));
  const auto why = explain(model, input);
  const auto outputs = model.outputs(input);
  EXPECT_TRUE(torch::equal(why.output, model.target->decode(outputs)));
  expect_sum(why, std::get<0>(model.target->probabilities(outputs).max(1)));
}

TEST(Explain, OfQuantilesTheMedianIsExplained) {
  Explained f("y", {.task = Task::quantile});
  const auto input = f.input();
  const auto& target = *f.model().target;
  expect_sum(explain(f.model(), input), target.median_of(target.decode(f.model().outputs(input))));
  Explained high("y", {.task = Task::quantile, .quantiles = {0.7, 0.9}});
  expect_error(ErrorKind::usage, "the quantiles are all above the median",
               [&] { explain(high.model(), high.input()); });
}

TEST(Explain, SeveralTargetsAreExplainedByName) {
  TableDataOptions options{.target = {"y", "w"}, .split = {.validation = 0.2}};
  options.preprocess.ignore = {"mood"};
  const auto data = make_table_data(explained_rows(), options);
  auto fitted = fit(data, small_recipe(2));
  auto& model = fitted.model;
  const auto input = model.input(take_rows(explained_rows(), torch::arange(5)));
  expect_error(ErrorKind::usage, "explain: explain_output= must name one of", [&] { explain(model, input); });
  expect_sum(explain(model, input, {.output = "w"}), model.target->decode(model.outputs(input)).select(1, 1));
  EXPECT_TRUE(make_report(fitted, data).contributions.empty());
}

TEST(Explain, NeedsATableAndRowsToCompareWith) {
  Explained f("y");
  const auto input = f.input();
  const auto background = f.model().background;
  f.model().background = Tensor();
  expect_error_parts(ErrorKind::usage, {"explain: the model file holds no rows to compare with", "background="},
                     [&] { explain(f.model(), input); });
  expect_sum(explain(f.model(), input, {.background = background.slice(0, 0, 7)}),
             f.model().target->decode(f.model().outputs(input)));
  f.model().table.reset();
  expect_error(ErrorKind::usage, "does not read a table", [&] { explain(f.model(), input); });
}

TEST(Explain, BackgroundRowsComeFromATableOfAnySize) {
  const TempDir folder;
  Explained f("y");
  write_table(folder / "rows.csv", explained_rows());
  const Predictor predictor(f.model());
  const auto all = read_background(predictor, folder / "rows.csv", 1000, 0);
  EXPECT_TRUE(torch::equal(all, f.model().input(explained_rows())));
  const auto some = read_background(predictor, folder / "rows.csv", 50, 0);
  EXPECT_EQ(some.size(0), 50);
  EXPECT_TRUE(torch::equal(some, read_background(predictor, folder / "rows.csv", 50, 0)));
  EXPECT_FALSE(torch::equal(some, read_background(predictor, folder / "rows.csv", 50, 1)));
}

TEST(Explain, ReportsHaveTheMeanOfEachColumn) {
  Explained f("y");
  const auto report = make_report(f.fitted, f.data);
  ASSERT_EQ(report.contributions.size(), 3u);
  EXPECT_GE(report.contributions[0].second, report.contributions[2].second);
  EXPECT_EQ(report.contribution_unit, "y");
  const auto json = columns_json(report);
  EXPECT_EQ(json["importance"].size(), 3u);
  EXPECT_EQ(json["dependence"].size(), 3u);
  EXPECT_EQ(json["contributions"][0]["column"], report.contributions[0].first);
  for (const auto& along : json["dependence"])
    EXPECT_EQ(along["mean"].size(), along[along.contains("words") ? "words" : "values"].size());
}

TEST(Explain, AReportWithLittleTimeUsesFewerPredictions) {
  Explained f("y");
  double now = 0;
  const auto report_in = [&](double seconds) {  // each prediction that is measured takes 0.01 s
    return make_report(f.fitted, f.data, {.end = now + seconds, .clock = [&now] { return now += 0.01; }});
  };
  const auto enough = report_in(100), little = report_in(0.3), none = report_in(0.01);
  EXPECT_EQ(enough.importance.front().repeats.size(), 5u);
  EXPECT_EQ(enough.contributions.size(), 3u);
  EXPECT_TRUE(enough.notes.empty());
  EXPECT_EQ(little.importance.front().repeats.size(), 1u);
  EXPECT_TRUE(none.importance.empty());
  EXPECT_NE(none.notes.back().find("left out"), std::string::npos);
  EXPECT_EQ(report_rows(f.data), 2 * (f.data.test ? f.data.test->rows() : f.data.validation->rows()));
}
