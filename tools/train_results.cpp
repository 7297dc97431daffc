#include "train_results.h"

#include <cmath>

#include "reszoo/recipes/cross_validation.h"

namespace reszoo::tool {

using nlohmann::ordered_json;

ordered_json summary_of(const TrainOptions& a, const Results& results, const NamedMetrics& measured) {
  size_t epochs = 0;
  double seconds = 0;
  for (const auto& run : results.fitted.runs) {
    epochs += run.history.size();
    if (results.leaderboard.empty()) seconds += run.seconds;
  }
  for (const auto& candidate : results.leaderboard) seconds += candidate.seconds;
  const auto metrics = [&](const std::string& part) {
    for (const auto& [name, values] : measured)
      if (name == part) return metrics_json(values);
    return ordered_json();
  };
  ordered_json summary{{"model", results.fitted.recipe.network},
                       {"metric", results.fitted.evaluation.monitor.name},
                       {"val", metrics("validation")},
                       {"test", metrics("test")},
                       {"epochs", epochs},
                       {"seconds", std::round(seconds * 100) / 100},
                       {"out", a.out}};
  if (results.fitted.calibration) summary["calibration"] = to_json(*results.fitted.calibration);
  if (!results.folds.empty()) summary["folds"] = reszoo::summary_of(results.folds);
  if (!results.leaderboard.empty()) summary["leaderboard"] = leaderboard_json(results.leaderboard);
  return summary;
}

NamedMetrics write_results(const std::filesystem::path& out, Results& results, const TrainingData& data,
                           const std::string& command, const ReportTime& time) {
  results.fitted.model.save(out / "model.safetensors");
  auto& model = results.fitted.model;
  if (model.table || model.networks.size() > 1) model.fuse();  // the report predicts many rows
  auto report = make_report(results.fitted, data, time);
  report.command = command;
  if (!results.folds.empty()) report.tables.push_back(report_table(results.folds));
  const auto& monitor = results.fitted.evaluation.monitor.name;
  if (!results.trials.empty()) report.tables.push_back(report_table(results.trials, monitor));
  if (!results.leaderboard.empty()) report.tables.push_back(report_table(results.leaderboard, monitor));
  write_report(out / "report.html", report);
  return report.results;
}

}  // namespace reszoo::tool
