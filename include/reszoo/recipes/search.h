/// Hyperparameter search on data.
#pragma once
#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/tune.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Searches among `trials` recipes by successive halving, see tune. Each is trained on the data and compared by the
/// monitored metric on the validation rows. Files are written to the folder `tune` in `recipe.trainer.out`.
///
/// Returns all trials, the best first. If files are kept, the best trial's recipe continues from the end of its trial.
/// Throws: TrainingStopped, and what tune and fit throw.
std::vector<Trial> search(const TrainingData& data, const TrainingRecipe& recipe, int64_t trials,
                          const FitOptions& options = {}, const std::function<void(const Trial&)>& on_result = {});

/// Returns the search as a table for a report. `metric` is the monitored metric. The best trial is marked.
ReportTable report_table(const std::vector<Trial>& trials, const std::string& metric);

}  // namespace reszoo
