/// Cross-validation: how well a plan does on rows that it was not trained on.
#pragma once
#include "reszoo/train/report.h"
#include "training.h"

namespace reszoo::cli {

/// Trains the plan once for each of `count` folds, a tenth of whose training rows
/// decides when to stop, in folders `fold-<i>`, and measures the rows held out.
/// Preprocessing and target are fitted on each fold's own training rows, where
/// every class weighs the same with `class_weights`.
/// Throws: Error (usage) for images; Exit when a signal stopped it.
std::vector<Metrics> cross_validate(const DataOptions& data, const Training& training, const Plan& plan, int64_t count,
                                    bool class_weights);

/// {"rmse": {"mean": …, "std": …, "each": […]}, …}; the deviation is the sample's.
nlohmann::ordered_json summary_of(const std::vector<Metrics>& folds);

/// A row a fold, and one of their means.
ReportTable table_of(const std::vector<Metrics>& folds);

}  // namespace reszoo::cli
