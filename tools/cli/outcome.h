/// What a finished training is told by.
#pragma once
#include "reszoo/metrics/curves.h"
#include "reszoo/report/report.h"
#include "training.h"

namespace reszoo::cli {

/// Reads `f1`, `balanced_accuracy` or `accuracy`. Throws: Error (usage).
ThresholdMetric parse_threshold_metric(const std::string& text);

/// Throws: Error (usage) for a target that decides by no threshold, or without
/// validation rows to choose one by.
void require_thresholds(const Dataset& dataset);

/// Chooses the decision thresholds of a binary or multilabel model by the
/// validation rows.
void choose_thresholds(Model& model, const Dataset& dataset, ThresholdMetric metric);

/// The search as a table of the report: the plan that was taken is marked.
ReportTable table_of(const std::vector<Trial>& trials, const std::string& metric);

}  // namespace reszoo::cli
