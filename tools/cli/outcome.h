/// What a finished training is told by.
#pragma once
#include "reszoo/train/report.h"
#include "training.h"

namespace reszoo::cli {

/// Chooses the decision thresholds of a binary or multilabel model by the
/// validation rows: `metric` is f1, balanced_accuracy or accuracy.
/// Throws: Error (usage) without validation rows or for another task or metric.
void choose_thresholds(Model& model, const Dataset& dataset, const std::string& metric);

/// The search as a table of the report: the plan that was taken is marked.
ReportTable table_of(const std::vector<Trial>& trials, const std::string& metric);

}  // namespace reszoo::cli
