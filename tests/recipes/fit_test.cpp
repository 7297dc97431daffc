#include "reszoo/recipes/fit.h"

#include "reszoo/base/atomic_file.h"
#include "reszoo/nn/network.h"
#include "reszoo/recipes/cross_validation.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/search.h"
#include "reszoo/recipes/thresholds.h"
#include "training_rows.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

TrainingData data_for(const std::string& target) {
  TableDataOptions options{.target = {target}, .split = {.validation = 0.2, .test = 0.2}};
  for (const auto* name : {"y", "mood", "w"})
    if (name != target) options.preprocess.ignore.push_back(name);
  return make_table_data(training_rows(), options);
}

/// A user-defined network: one linear layer.
Network linear_network(const Model& model) {
  const auto inputs = static_cast<int64_t>(model.table->inputs().size());
  return Network(NetworkParts{.name = "own_linear",
                              .input = {Layout::features, inputs},
                              .body = {{"norm", nn::BatchNorm1d(inputs)}},
                              .pool = {},
                              .head = {"head", nn::Linear(inputs, model.target->outputs())},
                              .classifier = "head"});
}

}  // namespace

TEST(FitOnData, ATrainingGivesAModelMetricsAndAReport) {
  const TempDir folder;
  const auto data = data_for("y");
  auto recipe = small_recipe(20);
  recipe.trainer.out = folder / "run";
  std::filesystem::create_directories(recipe.trainer.out);
  auto fitted = fit(data, recipe, {.keep = 2});
  EXPECT_EQ(fitted.runs.size(), 1u);
  const auto metrics = evaluate_parts(fitted, data);
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[1].first, "test");
  EXPECT_LT(metrics[1].second.front().second, 0.8);  // a constant prediction has about 0.86
  write_report(folder / "report.html", make_report(fitted, data));
  EXPECT_NE(read_file(folder / "report.html").find("tabular_resnet"), std::string::npos);

  auto best = Model::load(folder / "run/model.safetensors");
  EXPECT_EQ(evaluate(best, *data.test), evaluate(fitted.model, *data.test));
  int kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "run"))
    kept += entry.path().filename().string().starts_with("model-epoch-");
  EXPECT_EQ(kept, 2);
}

TEST(FitOnData, LossMetricAndNetworkMayBeOnesOwn) {
  const auto data = data_for("y");
  int64_t calls = 0;
  const auto loss = [&](const Tensor& outputs, const Tensor& targets) {
    ++calls;
    return (outputs - targets).abs().mean(1);
  };
  const auto bias = [](const Tensor& prediction, const Tensor& truth) {
    return std::abs((prediction - truth).mean().item<double>());
  };
  auto fitted = fit(data, small_recipe(),
                    {.loss = loss,
                     .evaluation = evaluation_of(*data.model.target, "bias", {{"bias", bias}}),
                     .network = linear_network});
  EXPECT_GT(calls, 0);
  EXPECT_EQ(fitted.model.name, "own_linear");
  EXPECT_EQ(fitted.evaluation.monitor.name, "bias");
  EXPECT_EQ(evaluate_parts(fitted, data).front().second.back().first, "bias");
}

TEST(FitOnData, ADatasetMayBeOnesOwn) {
  torch::manual_seed(0);
  const auto x = torch::randn({128, 4}), y = x.sum(1, /*keepdim=*/true);
  TrainingData data{.train = Dataset(x, y), .validation = Dataset(x, y)};
  const auto loss = [](const Tensor& outputs, const Tensor& targets) { return (outputs - targets).square().mean(1); };
  const auto error = [](const Tensor& outputs, const Tensor& targets) {
    return Metrics{{"mse", (outputs - targets).square().mean().item<double>()}};
  };
  FitOptions options{.loss = loss, .evaluation = {.metrics = error}, .network = [](const Model&) {
                       return Network(NetworkParts{.name = "own",
                                                   .input = {Layout::features, 4},
                                                   .body = {{"widen", nn::Linear(4, 8)}},
                                                   .pool = {},
                                                   .head = {"head", nn::Linear(8, 1)},
                                                   .classifier = "head"});
                     }};
  auto fitted = fit(data, small_recipe(20), options);
  EXPECT_LT(fitted.runs.front().best_metrics.front().second, 1);
  options.loss = {};
  expect_error_parts(ErrorKind::usage, {"model.target", "loss"}, [&] { fit(data, small_recipe(), options); });
}

TEST(FitOnData, AnEnsembleIsTrainedFromSeedsThatFollowEachOther) {
  const auto data = data_for("y");
  std::vector<std::string> notes;
  auto fitted =
      fit(data, small_recipe(1), {.networks = 2, .on_note = [&](const auto& line) { notes.push_back(line); }});
  EXPECT_EQ(fitted.model.networks.size(), 2u);
  EXPECT_EQ(fitted.runs.size(), 2u);
  EXPECT_EQ(notes, (std::vector<std::string>{"network 1 of 2", "network 2 of 2"}));
}

TEST(FitOnData, AStopIsAnErrorOfItsOwn) {
  const auto data = data_for("y");
  FitOptions options;
  options.hooks.stop_requested = [] { return true; };
  EXPECT_THROW(fit(data, small_recipe(), options), TrainingStopped);
}

TEST(FitOnData, ADryRunGivesALoss) { EXPECT_GT(dry_run(data_for("mood"), small_recipe()), 0); }

TEST(Search, GivesTheBestTrialFirst) {
  int results = 0;
  const auto trials = search(data_for("y"), small_recipe(5), 3, {}, [&](const Trial&) { ++results; });
  ASSERT_EQ(trials.size(), 3u);
  EXPECT_LE(trials[0].value, trials[2].value);
  EXPECT_GE(results, 4);
  EXPECT_EQ(report_table(trials, "rmse").rows.size(), 3u);
}

TEST(CrossValidation, MeasuresEachFoldOnRowsThatItWasNotTrainedOn) {
  const TableDataOptions options{.target = {"y"}, .preprocess = {.ignore = {"mood", "w"}}};
  const auto scores = cross_validate(check_table(training_rows(), options), options, small_recipe(2), 3);
  ASSERT_EQ(scores.size(), 3u);
  const auto summary = summary_of(scores);
  EXPECT_EQ(summary["rmse"]["each"].size(), 3u);
  EXPECT_EQ(report_table(scores).rows.size(), 4u);
}

TEST(Thresholds, AreChosenByRows) {
  const auto data = data_for("mood");
  auto fitted = fit(data, small_recipe(3));
  choose_thresholds(fitted.model, *data.validation, ThresholdMetric::f1);
  EXPECT_EQ(fitted.model.target->thresholds().size(), 1u);
  EXPECT_EQ(evaluate_parts(fitted, data).front().second, evaluate(fitted.model, *data.validation));
  const auto number = data_for("y");
  expect_error_parts(ErrorKind::usage, {"threshold: needs two classes", "regression"},
                     [&] { require_thresholds(*number.model.target); });
  EXPECT_EQ(parse_threshold_metric("accuracy"), ThresholdMetric::accuracy);
  expect_error_parts(ErrorKind::usage, {"f1, balanced_accuracy or accuracy", "f2"},
                     [] { parse_threshold_metric("f2"); });
}
