#include "reszoo/recipes/model_report.h"

#include <ATen/ATen.h>

#include "reszoo/base/error.h"
#include "reszoo/report/drift_table.h"

namespace reszoo {
namespace {

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

NamedMetrics evaluate_parts(FittedModel& fitted, const TrainingData& data) {
  NamedMetrics measured;
  if (data.validation) measured.emplace_back("validation", evaluate(fitted.model, *data.validation, fitted.evaluation));
  else if (const auto& held_out = fitted.out_of_fold)
    measured.emplace_back("validation",
                          evaluate(fitted.model, held_out->outputs, held_out->targets, fitted.evaluation));
  if (data.test) measured.emplace_back("test", evaluate(fitted.model, *data.test, fitted.evaluation));
  return measured;
}

int64_t report_rows(const TrainingData& data) {
  const auto rows = [](const std::optional<Dataset>& part) { return part ? part->rows() : 0; };
  const auto measured = data.test ? rows(data.test) : data.validation ? rows(data.validation) : data.train.rows();
  return rows(data.validation) + rows(data.test) + measured;
}

ReportData make_report(FittedModel& fitted, const TrainingData& data, const ReportTime& time) {
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
    add_columns(report, model, data.measured, fitted.evaluation, recipe.trainer.seed, time);
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
