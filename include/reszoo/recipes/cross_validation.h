/// Cross-validation of a recipe.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/table_data.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Trains the recipe once for each of `count` folds and evaluates it on the held-out rows. A tenth of each fold's
/// training rows is the validation set for early stopping. Preprocessing and target are fitted again on each fold's own
/// training rows. Files are written to the folders `fold-<i>` in `recipe.trainer.out`.
///
/// Returns the metrics of each fold.
/// Throws: TrainingStopped, and what split_rows, make_table_data and fit throw.
std::vector<Metrics> cross_validate(const TrainingTable& table, const TableDataOptions& data,
                                    const TrainingRecipe& recipe, int64_t count, const FitOptions& options = {});

/// Returns {"rmse": {"mean": …, "std": …, "each": […]}, …}. "std" is the sample standard deviation.
nlohmann::ordered_json summary_of(const std::vector<Metrics>& folds);

/// Returns a table for a report, with a row for each fold and one for the means.
ReportTable report_table(const std::vector<Metrics>& folds);

}  // namespace reszoo
