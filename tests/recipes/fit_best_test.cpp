// The best model for a given time: candidates, folds, and a weighted ensemble in one file.
#include "reszoo/recipes/fit_best.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/table_data.h"
#include "reszoo/recipes/thresholds.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

TableDataOptions best_options(const std::string& target) {
  TableDataOptions options{.target = {target}, .split = {.validation = 0, .test = 0.2}};
  for (const auto* name : {"y", "mood", "w"})
    if (name != target) options.preprocess.ignore.push_back(name);
  return options;
}

TrainingData best_data(const std::string& target) { return make_table_data(training_rows(), best_options(target)); }

/// A recipe whose candidates train in a moment, also those that the search draws.
TrainingRecipe tiny_recipe() {
  auto recipe = small_recipe(1);
  recipe.trainer.batch_size = 128;
  return recipe;
}

/// A run whose clock gives a second to each step, whatever the machine: so many seconds of training.
struct TimedRun {
  double now = 0;
  std::vector<Candidate> results;
  BestOptions options;

  explicit TimedRun(double time_limit = 40, int64_t stop_after = -1) {
    options.time_limit = time_limit;
    options.folds = 3;
    options.fit.hooks.clock = [this] { return now; };
    options.fit.hooks.stop_requested = [this, stop_after] { return ++now, stop_after >= 0 && now > stop_after; };
    options.on_result = [this](const Candidate& candidate) { results.push_back(candidate); };
  }
};

double sum_of_weights(const std::vector<Candidate>& leaderboard) {
  double sum = 0;
  for (const auto& one : leaderboard) sum += one.weight;
  return sum;
}

}  // namespace

TEST(FitBest, AWeightedEnsembleIsNoWorseThanItsBestMember) {
  const auto data = best_data("y");
  TimedRun run;
  auto best = fit_best(data, tiny_recipe(), run.options);
  EXPECT_GT(best.leaderboard.size(), 2u);
  EXPECT_NEAR(sum_of_weights(best.leaderboard), 1, 1e-12);
  const auto& evaluation = best.fitted.evaluation;
  const auto& [outputs, targets, rows] = *best.fitted.out_of_fold;
  EXPECT_EQ(rows.size(0), data.train.rows());
  const double value = evaluation.monitored(outputs, targets);
  for (const auto& one : best.leaderboard) {
    if (one.networks == 3) {
      EXPECT_LE(value, one.value + 1e-9) << one.number;
    }
  }
  EXPECT_LE(run.now, 42);
  EXPECT_GE(run.now, 34);

  const auto& model = best.fitted.model;
  ASSERT_EQ(model.members.size(), model.networks.size());
  double weight = 0;
  for (const auto& member : model.members) weight += member.weight;
  EXPECT_NEAR(weight, 1, 1e-9);
  EXPECT_EQ(report_table(best.leaderboard, "rmse").rows.size(), best.leaderboard.size());
  EXPECT_EQ(leaderboard_json(best.leaderboard).size(), best.leaderboard.size());
  EXPECT_NE(text_of(run.results.front(), "rmse").find("the recipe itself"), std::string::npos);
}

TEST(FitBest, TheModelIsOneFileThatPredictsTheSame) {
  const TempDir folder;
  const auto data = best_data("mood");
  auto best = fit_best(data, tiny_recipe(), TimedRun(20).options);
  best.fitted.model.save(folder / "m.safetensors");
  auto loaded = Model::load(folder / "m.safetensors");
  const auto metrics = evaluate(best.fitted.model, *data.test);
  EXPECT_EQ(evaluate(loaded, *data.test), metrics);
  loaded.fuse();
  EXPECT_NEAR(evaluate(loaded, *data.test)[2].second, metrics[2].second, 1e-4);
  EXPECT_FALSE(loaded.predict(Row{{"a", 0.5}, {"b", "x"}}).label.empty());
  EXPECT_EQ(loaded.features(data.test->inputs()).size(0), data.test->rows());
}

TEST(FitBest, ReportAndThresholdsUsePredictionsOutOfFold) {
  auto options = best_options("mood");
  options.split.test = 0;
  const auto data = make_table_data(training_rows(), options);
  auto best = fit_best(data, tiny_recipe(), TimedRun(12).options);
  const auto parts = evaluate_parts(best.fitted, data);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts.front().first, "validation");
  const auto report = make_report(best.fitted, data);
  EXPECT_EQ(report.classes.front().rows, "validation");
  EXPECT_EQ(report.classes.front().truth.size(0), best.fitted.out_of_fold->targets.size(0));
  choose_thresholds(best.fitted.model, *best.fitted.out_of_fold, ThresholdMetric::f1);
  EXPECT_EQ(best.fitted.model.target->thresholds().size(), 1u);
}

TEST(FitBest, AStoppedRunKeepsTheBestSoFarAndGoesOn) {
  const TempDir folder;
  const auto data = best_data("y");
  auto recipe = tiny_recipe();
  recipe.trainer.out = folder / "run";
  TimedRun first(40, 13);
  EXPECT_THROW(fit_best(data, recipe, first.options), TrainingStopped);
  EXPECT_NO_THROW(Model::load(folder / "run/model.safetensors"));
  ASSERT_GT(first.results.size(), 2u);

  recipe.trainer.resume = true;
  TimedRun rest(40);
  const auto best = fit_best(data, recipe, rest.options);
  EXPECT_LE(rest.now, 42 - 13);
  EXPECT_EQ(rest.results.front().number, first.results.back().number + 1);
  EXPECT_GT(best.leaderboard.size(), first.results.size());

  TimedRun again(40);  // the time is used: nothing is trained, and the result is the same
  const auto same = fit_best(data, recipe, again.options);
  EXPECT_TRUE(again.results.empty());
  EXPECT_EQ(leaderboard_json(same.leaderboard), leaderboard_json(best.leaderboard));
  recipe.trainer.optimizer.lr = 0.5;
  expect_error_parts(ErrorKind::usage, {"cannot resume: lr was 0.01, got 0.5"},
                     [&] { fit_best(data, recipe, again.options); });
}

TEST(FitBest, GroupsStayTogetherAndByTimeTheLastRowsAreHeldOut) {
  auto frame = training_rows();
  std::vector<double> day;
  for (int i = 0; i < 300; ++i) day.push_back(i / 100);
  frame.columns.push_back(Column::of_numbers("day", day));
  auto options = best_options("y");
  options.split.test = 0;
  options.split.group = "day";
  const auto grouped = fit_best(make_table_data(frame, options), tiny_recipe(), TimedRun(15).options);
  EXPECT_EQ(grouped.fitted.out_of_fold->rows.size(0) % 100, 0);
  options.split.group.clear();
  options.split.time = "day";
  const auto timed = fit_best(make_table_data(frame, options), tiny_recipe(), TimedRun(15).options);
  EXPECT_TRUE(torch::equal(timed.fitted.out_of_fold->rows, torch::arange(200, 300)));
}

TEST(FitBest, WithNoTimeThereIsStillAModel) {
  const auto best = fit_best(best_data("y"), tiny_recipe(), TimedRun(0.5).options);
  EXPECT_EQ(best.fitted.model.networks.size(), 1u);
  EXPECT_TRUE(best.fitted.model.members.empty());
  expect_error(ErrorKind::usage, "time_limit", [] { fit_best(best_data("y"), tiny_recipe(), {.time_limit = 0}); });
}

TEST(FitBest, LeavesTimeForThePredictionsAfterIt) {
  TimedRun run;
  run.options.fit.hooks.clock = [&run] { return run.now += 0.01; };  // each prediction takes 0.01 s
  const auto data = best_data("y");
  auto recipe = tiny_recipe();
  recipe.trainer.rows_after = 80 * data.train.rows();  // a network needs about 2 s: of a third of the rows 0.01 s
  const auto best = fit_best(data, recipe, run.options);
  EXPECT_LE(run.now, 42 - 2 * static_cast<double>(best.fitted.model.networks.size()));
}

TEST(FitBest, IsForTablesAndRegisteredNetworks) {
  auto data = best_data("y");
  BestOptions options;
  options.fit.network = [](const Model& model) { return create_model(model.name, model.options); };
  expect_error(ErrorKind::usage, "registered", [&] { fit_best(data, tiny_recipe(), options); });
  data.model.target.reset();
  expect_error(ErrorKind::usage, "is for tables", [&] { fit_best(data, tiny_recipe()); });
}
