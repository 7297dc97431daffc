/// What `train` writes and prints at the end.
#pragma once
#include "reszoo/recipes/fit_best.h"
#include "reszoo/recipes/model_report.h"
#include "reszoo/recipes/search.h"
#include "train_options.h"

namespace reszoo::tool {

/// The results of training.
struct Results {
  FittedModel fitted;
  std::vector<Trial> trials;
  std::vector<Metrics> folds;
  std::vector<Candidate> leaderboard = {};
};

/// The JSON object printed at the end; `measured` are the metrics of the parts of the data by name.
nlohmann::ordered_json summary_of(const TrainOptions& options, const Results& results, const NamedMetrics& measured);

/// Writes the model and the report. Returns the metrics that the report shows.
/// Throws: Error (file).
NamedMetrics write_results(const std::filesystem::path& out, Results& results, const TrainingData& data,
                           const std::string& command, const ReportTime& time);

}  // namespace reszoo::tool
