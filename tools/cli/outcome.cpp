#include "outcome.h"

#include "measure.h"
#include "reszoo/base/error.h"

namespace reszoo::cli {

ThresholdMetric parse_threshold_metric(const std::string& text) {
  if (text == "accuracy") return ThresholdMetric::accuracy;
  if (text == "balanced_accuracy") return ThresholdMetric::balanced_accuracy;
  if (text == "f1") return ThresholdMetric::f1;
  fail(ErrorKind::usage, "--threshold: must be f1, balanced_accuracy or accuracy, got \"{}\"", text);
}

void require_thresholds(const Dataset& dataset) {
  const auto& target = *dataset.model.target;
  if (target.thresholds().empty())
    fail(ErrorKind::usage, "--threshold: needs two classes or labels, {} is of task={}", target.name(),
         text_of(target.task()));
  if (!dataset.validation) fail(ErrorKind::usage, "--threshold: is chosen by validation rows, got --val 0");
}

void choose_thresholds(Model& model, const Dataset& dataset, ThresholdMetric metric) {
  auto& target = *model.target;
  const auto given = outputs_of(model, *dataset.validation);
  const auto& targets = given.targets;
  const auto chances = target.probabilities(given.outputs).to(at::kDouble);
  std::vector<double> thresholds;
  if (target.task() == Task::binary) {
    thresholds = {best_threshold(chances, targets, metric).threshold};
  } else {
    for (int64_t i = 0; i < chances.size(1); ++i)
      thresholds.push_back(best_threshold(chances.select(1, i), targets.select(1, i).to(at::kLong), metric).threshold);
  }
  for (auto& threshold : thresholds) threshold = std::clamp(threshold, 0.0, 1.0);
  target.set_thresholds(thresholds);
}

ReportTable table_of(const std::vector<Trial>& trials, const std::string& metric) {
  ReportTable table{
      .title = "Search",
      .introduction = "Trials by successive halving, the best first; the first was trained again in full.",
      .header = {"trial", "epochs", metric, "changes"},
      .rows = {},
      .marked = 0};
  for (const auto& trial : trials)
    table.rows.push_back({std::to_string(trial.number), std::to_string(trial.epochs),
                          fmt::format("{:.6g}", trial.value), trial.number == 0 ? "none" : trial.changes.dump()});
  return table;
}

}  // namespace reszoo::cli
