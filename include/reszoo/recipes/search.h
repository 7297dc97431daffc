/// A search for a better recipe, on data.
#pragma once
#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/tune.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Searches among `trials` recipes by successive halving, see tune; each is trained on the data and judged by the
/// monitored metric of the validation rows. Files are kept in the folder `tune` of `recipe.trainer.out`.
///
/// Returns all trials, the best first; where files are kept, its recipe goes on from where its trial ended.
/// Throws: TrainingStopped; what tune and fit throw.
std::vector<Trial> search(const TrainingData& data, const TrainingRecipe& recipe, int64_t trials,
                          const FitOptions& options = {}, const std::function<void(const Trial&)>& on_result = {});

/// The search as a table of a report: `metric` is the monitored one, and the best trial is marked.
ReportTable report_table(const std::vector<Trial>& trials, const std::string& metric);

}  // namespace reszoo
