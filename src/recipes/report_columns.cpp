// What a report says of the columns of a table, in the time that it has.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "reszoo/recipes/explain.h"
#include "reszoo/recipes/model_report.h"

namespace reszoo {
namespace {

constexpr size_t kDependences = 6;
constexpr int64_t kReportPoints = 16;        // of each dependence
constexpr int64_t kImportanceColumns = 500;  // columns whose importance is computed
constexpr int64_t kReportRows = 200, kLeastReportRows = 30;

std::vector<std::string> read_columns(const Model& model) {
  auto names = model.table->inputs();
  if (std::ssize(names) > kImportanceColumns) names.resize(kImportanceColumns);
  return names;
}

/// How long predictions take, and so how many there is time for.
class PredictionTime {
 public:
  PredictionTime(const ReportTime& time, const Frame& few, const FramePredictions& predict) : time_(time) {
    if (is_unlimited()) return;
    const auto least = sample_rows(few, kLeastReportRows, 0);
    seconds(predict, least);  // the first call is slower
    call_ = seconds(predict, least);
    row_ = std::max(seconds(predict, few) - call_, 0.0) / static_cast<double>(std::max<int64_t>(few.rows(), 1));
  }

  /// Returns how many rows each of `calls` predictions can have in a share of the time that is left, at most `most`.
  int64_t rows(double share, int64_t calls, int64_t most) const {
    if (is_unlimited()) return most;
    const double each = share * (time_.end - time_.clock()) / static_cast<double>(calls) - call_;
    if (each <= 0) return 0;
    return each >= row_ * static_cast<double>(most) ? most : static_cast<int64_t>(each / row_);
  }

 private:
  bool is_unlimited() const { return std::isinf(time_.end); }
  double seconds(const FramePredictions& predict, const Frame& rows) const {
    const double begin = time_.clock();
    predict(rows);
    return time_.clock() - begin;
  }

  const ReportTime& time_;
  double call_ = 0, row_ = 0;  ///< seconds
};

/// Limits the cost, because a report should take seconds after a training of minutes: some 40,000 rows are predicted
/// for all columns and networks together, but at least 200 for each shuffle. With little time there are fewer.
ImportanceOptions importance_options(const PredictionTime& time, int64_t columns, int64_t networks, uint64_t seed) {
  constexpr double kShare = 0.5;  // of the time
  ImportanceOptions options{.repeats = columns > 40 || networks > 1 ? 3 : 5, .seed = seed};
  const auto most = std::clamp<int64_t>(40000 / (columns * options.repeats * networks), kReportRows, 2000);
  options.rows = time.rows(kShare, columns * options.repeats + 1, most);
  if (options.rows < std::min(most, kReportRows)) {
    options.repeats = 1;
    options.rows = time.rows(kShare, columns + 1, most);
  }
  return options;
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

void add_importance(ReportData& report, Model& model, const Frame& table, const Evaluation& evaluation,
                    const ImportanceOptions& options) {
  const auto sample = sample_rows(table, options.rows, options.seed);
  const auto targets = model.target->encode(sample);
  const auto metrics = [&](const Frame& rows) {
    auto all = evaluate(model, model.outputs(model.input(rows)).to(at::kDouble), targets, evaluation);
    report.importance_metric = evaluation.monitor.find(all).first;
    return all;
  };
  report.importance = permutation_importance(sample, read_columns(model), metrics, options);
}

void add_dependence(ReportData& report, const Frame& rows, const FramePredictions& predict, uint64_t seed) {
  auto order = by_importance(report.importance);
  if (order.size() > kDependences) order.resize(kDependences);
  for (const auto& [column, mean, deviation, repeats] : order)
    if (has_value(rows.at(column)))
      report.dependence.push_back(partial_dependence(rows, column, predict, {.points = kReportPoints, .seed = seed}));
}

}  // namespace

void add_columns(ReportData& report, Model& model, const Frame& table, const Evaluation& evaluation, uint64_t seed,
                 const ReportTime& time) {
  const auto& target = *model.target;
  const auto columns = std::ssize(read_columns(model));
  const auto predict = [&](const Frame& rows) { return predicted_values(target, model.outputs(model.input(rows))); };
  const auto few = sample_rows(table, kReportRows, seed);
  const PredictionTime seconds(time, few, predict);
  auto options = importance_options(seconds, columns, std::ssize(model.networks), seed);
  options.monitor = evaluation.monitor;
  report.dependence_outputs = value_names(target);
  if (options.rows < kLeastReportRows) {
    report.notes.push_back("what the columns contribute is left out: the time limit left no time for it");
    return;
  }
  add_importance(report, model, table, evaluation, options);
  const auto shown = std::min<int64_t>(columns, kDependences);
  if (const auto rows = seconds.rows(0.5, shown * kReportPoints, kReportRows); rows >= kLeastReportRows)
    add_dependence(report, sample_rows(few, rows, seed), predict, seed);
  add_contributions(report, model, table, seed, seconds.rows(0.9, 1, std::numeric_limits<int32_t>::max()));
}

}  // namespace reszoo
