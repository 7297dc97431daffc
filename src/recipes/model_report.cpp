#include "reszoo/recipes/model_report.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "reszoo/base/error.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/report/drift_table.h"

namespace reszoo {
namespace {

constexpr size_t kDependences = 6;
constexpr int64_t kImportanceColumns = 500;  // columns whose importance is computed

std::vector<std::string> read_columns(const Model& model) {
  auto names = model.table->inputs();
  if (std::ssize(names) > kImportanceColumns) names.resize(kImportanceColumns);
  return names;
}

/// Limits the cost, because a report should take seconds after a training of minutes: some 40,000 rows are predicted
/// for all columns and networks together, but at least 200 for each shuffle.
ImportanceOptions importance_options(int64_t columns, int64_t networks, uint64_t seed) {
  const int64_t repeats = columns > 40 || networks > 1 ? 3 : 5;
  const auto rows = 40000 / (columns * repeats * networks);
  return {.repeats = repeats, .rows = std::clamp<int64_t>(rows, 200, 2000), .seed = seed};
}

bool has_value(const Column& column) {
  const auto present = column.kind == Column::Kind::number ? column.numbers.isfinite() : column.missing().logical_not();
  return present.any().item<bool>();
}

/// Returns predictions that can be averaged: values, or probabilities.
Tensor predicted_values(const Target& target, const Tensor& outputs) {
  if (target.is_number()) return target.decode(outputs);
  const auto probability = target.probabilities(outputs);
  return target.task() == Task::binary ? probability.select(1, 1) : probability;
}

std::vector<std::string> value_names(const Target& target) {
  std::vector<std::string> names;
  if (target.task() == Task::quantile)
    for (const double quantile : target.quantiles()) names.push_back(fmt::format("quantile {:g}", quantile));
  else if (target.task() == Task::binary) names = {target.classes().at(1)};
  else names = target.classes().empty() ? target.names() : target.classes();
  return names;
}

void add_numbers(ReportData& report, const Target& target, const Tensor& given, const Tensor& truth,
                 const std::string& rows) {
  const auto& names = target.names();
  if (target.task() == Task::quantile) {
    const auto each = given.reshape({truth.size(0), -1});
    const auto median = target.median_of(each);
    report.regression.push_back(
        {names.front(), rows, truth, median.defined() ? median : each.select(1, 0), target.quantiles(), each});
    return;
  }
  const auto all = given.reshape({given.size(0), -1}), wanted = truth.reshape({truth.size(0), -1});
  for (int64_t t = 0; t < all.size(1); ++t)
    report.regression.push_back({names.at(static_cast<size_t>(t)), rows, wanted.select(1, t), all.select(1, t)});
}

void add_settings(ReportData& report, const TrainingRecipe& recipe) {
  auto settings = recipe.trainer.settings;
  settings.update(settings_of(recipe));
  for (const auto& [name, value] : settings.items())
    if (value != "") report.settings.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
}

std::string lead_of(const Model& model, const TrainingData& data) {
  std::string lead = model.target ? fmt::format("{} of {}", text_of(model.target->task()), model.target->name()) : "";
  if (model.table) lead += fmt::format(" from {} columns", model.table->inputs().size());
  else if (data.images) lead += " from images";
  return lead;
}

}  // namespace

void add_predictions(ReportData& report, const Target& target, const Predictions& predictions,
                     const std::string& rows) {
  const auto& [outputs, targets, numbers] = predictions;
  const auto truth = target.truth(targets.cpu());
  if (target.is_number()) return add_numbers(report, target, target.decode(outputs), truth, rows);
  const auto probability = target.probabilities(outputs.to(at::kDouble));
  const auto threshold = [&](size_t t) { return t < target.thresholds().size() ? target.thresholds()[t] : 0.5; };
  if (target.task() != Task::multilabel) {
    report.classes.push_back(
        {target.name(), rows, target.classes(), truth, probability, threshold(0), target.decode(outputs)});
    return;
  }
  for (size_t t = 0; t < target.names().size(); ++t) {
    const auto at = static_cast<int64_t>(t);
    report.classes.push_back(
        {target.names()[t], rows, target.labels().at(t), truth.select(1, at), probability.select(1, at), threshold(t)});
  }
}

void add_columns(ReportData& report, Model& model, const Frame& table, const Evaluation& evaluation, uint64_t seed) {
  const auto& target = *model.target;
  const auto columns = read_columns(model);
  auto options = importance_options(std::ssize(columns), std::ssize(model.networks), seed);
  options.monitor = evaluation.monitor;
  const auto sample = sample_rows(table, options.rows, seed);
  const auto targets = target.encode(sample);
  const auto metrics = [&](const Frame& rows) {
    auto all = evaluate(model, model.outputs(model.input(rows)).to(at::kDouble), targets, evaluation);
    report.importance_metric = evaluation.monitor.find(all).first;
    return all;
  };
  report.importance = permutation_importance(sample, columns, metrics, options);
  auto order = by_importance(report.importance);
  if (order.size() > kDependences) order.resize(kDependences);
  const auto predict = [&](const Frame& rows) { return predicted_values(target, model.outputs(model.input(rows))); };
  const auto few = sample_rows(table, 200, seed);
  for (const auto& [column, mean, deviation, repeats] : order)
    if (has_value(few.at(column)))
      report.dependence.push_back(partial_dependence(few, column, predict, {.points = 16, .seed = seed}));
  report.dependence_outputs = value_names(target);
  add_contributions(report, model, table, seed);
}

NamedMetrics evaluate_parts(FittedModel& fitted, const TrainingData& data) {
  NamedMetrics measured;
  if (data.validation) measured.emplace_back("validation", evaluate(fitted.model, *data.validation, fitted.evaluation));
  else if (const auto& held_out = fitted.out_of_fold)
    measured.emplace_back("validation",
                          evaluate(fitted.model, held_out->outputs, held_out->targets, fitted.evaluation));
  if (data.test) measured.emplace_back("test", evaluate(fitted.model, *data.test, fitted.evaluation));
  return measured;
}

ReportData make_report(FittedModel& fitted, const TrainingData& data) {
  auto& model = fitted.model;
  const auto& recipe = fitted.recipe;
  ReportData report{.title = model.name, .history = fitted.runs.front().history};
  add_settings(report, recipe);
  report.results = evaluate_parts(fitted, data);
  const bool out_of_fold = !data.test && !data.validation && fitted.out_of_fold;
  const auto rows = data.test         ? *data.test
                    : data.validation ? *data.validation
                    : data.images     ? data.train
                                      : sample_of(data.train, recipe.trainer.seed);
  const auto predictions = out_of_fold ? *fitted.out_of_fold : predict_rows(model, rows);
  const auto* name = data.test ? "test" : data.validation || out_of_fold ? "validation" : "training";
  if (model.target) add_predictions(report, *model.target, predictions, name);
  if (data.images) report.items = "images";
  if (data.images && model.target) add_worst_errors(report, *model.target, predictions, *data.images);
  report.lead = lead_of(model, data);
  report.parts = {{"training", data.train.rows()}};
  if (data.validation) report.parts.emplace_back("validation", data.validation->rows());
  if (data.test) report.parts.emplace_back("test", data.test->rows());
  report.notes = data.notes;
  if (fitted.calibration) {
    std::vector<std::pair<std::string, TemperatureScaling>> parts{{"validation", *fitted.calibration}};
    if (data.test) parts.emplace_back(name, calibration_of(*model.target, predictions));
    report.tables.push_back(report_table(parts));
  }
  for (const auto& column : data.sample.columns) report.columns.push_back(profile_of(column));
  if (model.table && data.measured.rows() > 0)
    add_columns(report, model, data.measured, fitted.evaluation, recipe.trainer.seed);
  return report;
}

ReportData make_report(Model& model, const Predictions& predictions, const Frame& raw, uint64_t seed) {
  const std::string rows = "measured";
  const auto& target = *model.target;
  ReportData report{.title = fmt::format("{}: {}", model.name, target.name()),
                    .results = {{rows, compute_metrics(target, predictions.outputs, predictions.targets)}},
                    .parts = {{rows, predictions.targets.size(0)}}};
  add_predictions(report, target, predictions, rows);
  for (const auto& column : raw.columns) report.columns.push_back(profile_of(column));
  if (!target.is_number())
    if (const auto calibration = calibration_of(target, predictions); calibration.is_changed())
      report.tables.push_back(report_table({{rows, calibration}}));
  if (!model.table || raw.columns.empty()) return report;
  add_columns(report, model, raw, evaluation_of(target), seed);
  if (const auto columns = drift(*model.table, raw); !columns.empty()) report.tables.push_back(report_table(columns));
  return report;
}

}  // namespace reszoo
