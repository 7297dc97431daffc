/// Fills a report from a model and its rows.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Metrics of parts of the data by name: "validation", "test".
using NamedMetrics = std::vector<std::pair<std::string, Metrics>>;

/// The metrics of the validation and the test rows, of those that there are.
NamedMetrics evaluate_parts(FittedModel& fitted, const TrainingData& data);

/// All that a training shows: metrics, predictions and columns by its test rows, else its validation rows, else those
/// it was trained on; the history, the data, the settings.
///
///     write_report("report.html", make_report(fitted, data));
///
/// A caller adds its own lines: `command`, `tables`, more settings.
ReportData make_report(FittedModel& fitted, const TrainingData& data);

/// Adds the predictions; `rows` names the rows they are for: "test".
void add_predictions(ReportData& report, const Target& target, const Predictions& predictions, const std::string& rows);

/// Adds the importance of each column that the model reads, and the dependence on
/// the most important ones. `table` holds raw rows with their targets; at most
/// some thousands are looked at, fewer of a wide table.
void add_columns(ReportData& report, Model& model, const Frame& table, const Evaluation& evaluation, uint64_t seed);

/// Adds the wrong predictions that give the least probability to the true class, the worst first, as many as a page
/// shows. `images`: the rows that the predictions are for.
void add_worst_errors(ReportData& report, const Target& target, const Predictions& predictions,
                      const ImageRows& images);

}  // namespace reszoo
