#include "report_data.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "measure.h"
#include "mistakes.h"

namespace reszoo::cli {
namespace {

constexpr size_t most_dependences = 6;
constexpr int64_t most_columns = 500;  // that importance is asked of

std::vector<std::string> read_columns(const Model& model) {
  auto names = model.table->inputs();
  if (std::ssize(names) > most_columns) names.resize(most_columns);
  return names;
}

/// A report should cost seconds beside a training of minutes: some 40,000 rows are
/// predicted for all columns together, but at least 200 for each shuffle.
ImportanceOptions importance_options(int64_t columns, uint64_t seed) {
  const int64_t repeats = columns > 40 ? 3 : 5;
  return {.repeats = repeats, .rows = std::clamp<int64_t>(40000 / (columns * repeats), 200, 2000), .seed = seed};
}

/// What the model says as figures to average: numbers, or probabilities.
Tensor figures(const Target& target, const Tensor& outputs) {
  if (target.is_number()) return target.decode(outputs);
  const auto probability = target.probabilities(outputs);
  return target.task() == Task::binary ? probability.select(1, 1) : probability;
}

std::vector<std::string> figure_names(const Target& target) {
  std::vector<std::string> names;
  if (target.task() == Task::quantile)
    for (const double quantile : target.quantiles()) names.push_back(fmt::format("quantile {:g}", quantile));
  else if (target.task() == Task::binary)
    names = {target.classes().at(1)};
  else
    names = target.classes().empty() ? target.names() : target.classes();
  return names;
}

/// The deciding one of the metrics.
std::pair<std::string, double> deciding(const Metrics& metrics, const Evaluation& evaluation) {
  for (const auto& metric : metrics)
    if (metric.first == evaluation.decides) return metric;
  return metrics.front();
}

void add_numbers(ReportData& report, const Target& target, const Tensor& given, const Tensor& truth,
                 const std::string& rows) {
  const auto& names = target.names();
  if (target.task() == Task::quantile) {
    const auto each = given.reshape({truth.size(0), -1});
    report.regression.push_back(
        {names.front(), rows, truth, each.select(1, each.size(1) / 2), target.quantiles(), each});
    return;
  }
  const auto all = given.reshape({given.size(0), -1}), wanted = truth.reshape({truth.size(0), -1});
  for (int64_t t = 0; t < all.size(1); ++t)
    report.regression.push_back({names.at(static_cast<size_t>(t)), rows, wanted.select(1, t), all.select(1, t)});
}

}  // namespace

void add_predictions(ReportData& report, const Target& target, const Tensor& outputs, const Tensor& targets,
                     const std::string& rows) {
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
  auto options = importance_options(std::ssize(columns), seed);
  options.greater_is_better = evaluation.greater_is_better;
  const auto sample = sample_rows(table, options.rows, seed);
  const auto targets = target.encode(sample);
  const auto metric = [&](const Frame& rows) {
    const auto metrics = evaluation.metrics(model.outputs(model.input(rows)).to(at::kDouble), targets);
    report.importance_metric = deciding(metrics, evaluation).first;
    return deciding(metrics, evaluation).second;
  };
  report.importance = permutation_importance(sample, columns, metric, options);
  auto order = report.importance;
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.mean > b.mean; });
  if (order.size() > most_dependences) order.resize(most_dependences);
  const auto predictions = [&](const Frame& rows) { return figures(target, model.outputs(model.input(rows))); };
  for (const auto& column : order)
    if (!table.at(column.column).missing().all().item<bool>())
      report.dependence.push_back(
          partial_dependence(table, column.column, predictions, {.points = 16, .rows = 200, .seed = seed}));
  report.dependence_outputs = figure_names(target);
}

void add_dataset(ReportData& report, Model& model, const Dataset& dataset, const Evaluation& evaluation,
                 uint64_t seed) {
  const bool tested = dataset.test.has_value(), validated = dataset.validation.has_value();
  const auto& rows = tested ? *dataset.test : validated ? *dataset.validation : *dataset.train;
  const auto given = outputs_of(model, rows);
  add_predictions(report, *model.target, given.outputs, given.targets,
                  tested      ? "test"
                  : validated ? "validation"
                              : "training");
  if (dataset.images) {
    report.items = "images";
    report.mistakes = worst_mistakes(*model.target, given, *dataset.images);
  }
  report.lead = fmt::format("{} of {}", text_of(model.target->task()), model.target->name());
  report.lead += model.table ? fmt::format(" from {} columns", model.table->inputs().size()) : " from images";
  report.parts = {{"training", dataset.train->rows()}};
  if (validated) report.parts.emplace_back("validation", dataset.validation->rows());
  if (tested) report.parts.emplace_back("test", dataset.test->rows());
  report.notes = dataset.notes;
  for (const auto& column : dataset.sample.columns) report.columns.push_back(profile_of(column));
  if (dataset.measured.rows() > 0) add_columns(report, model, dataset.measured, evaluation, seed);
}

}  // namespace reszoo::cli
