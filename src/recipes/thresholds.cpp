#include "reszoo/recipes/thresholds.h"

#include <algorithm>

#include "reszoo/base/names.h"
#include "reszoo/recipes/task_metrics.h"

namespace reszoo {
namespace {

constexpr Named<ThresholdMetric> kThresholdMetrics[] = {{"f1", ThresholdMetric::f1},
                                                        {"balanced_accuracy", ThresholdMetric::balanced_accuracy},
                                                        {"accuracy", ThresholdMetric::accuracy}};

}  // namespace

ThresholdMetric parse_threshold_metric(std::string_view text) {
  return parse_name("threshold", kThresholdMetrics, text);
}

void require_thresholds(const Target& target) {
  if (target.thresholds().empty())
    fail(ErrorKind::usage, "threshold: needs two classes or labels, {} is of task={}", target.name(),
         text_of(target.task()));
}

void choose_thresholds(Model& model, const Dataset& rows, ThresholdMetric metric) {
  require_thresholds(*model.target);
  choose_thresholds(model, predict_rows(model, rows), metric);
}

void choose_thresholds(Model& model, const Predictions& predictions, ThresholdMetric metric) {
  auto& target = *model.target;
  require_thresholds(target);
  const auto& [outputs, targets, numbers] = predictions;
  const auto probabilities = target.probabilities(outputs).to(at::kDouble);
  std::vector<double> thresholds;
  if (target.task() == Task::binary) {
    thresholds = {best_threshold(probabilities, targets, metric).threshold};
  } else {
    for (int64_t i = 0; i < probabilities.size(1); ++i)
      thresholds.push_back(
          best_threshold(probabilities.select(1, i), targets.select(1, i).to(at::kLong), metric).threshold);
  }
  for (auto& threshold : thresholds) threshold = std::clamp(threshold, 0.0, 1.0);
  target.set_thresholds(thresholds);
}

}  // namespace reszoo
