/// Cross-validation: how well a recipe does on rows that it was not trained on.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/table_data.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Trains the recipe once for each of `count` folds, a tenth of whose training rows decides when to stop, and measures
/// the rows held out. Preprocessing and target are fitted anew on each fold's own training rows. Files are kept in
/// folders `fold-<i>` of `recipe.trainer.out`.
///
/// Returns the metrics of each fold.
/// Throws: TrainingStopped; what split_rows, make_table_data and fit throw.
std::vector<Metrics> cross_validate(const TrainingTable& table, const TableDataOptions& data,
                                    const TrainingRecipe& recipe, int64_t count, const FitOptions& options = {});

/// {"rmse": {"mean": …, "std": …, "each": […]}, …}; the deviation is the sample's.
nlohmann::ordered_json summary_of(const std::vector<Metrics>& folds);

/// As a table of a report: a row for each fold, and one of their means.
ReportTable report_table(const std::vector<Metrics>& folds);

}  // namespace reszoo
