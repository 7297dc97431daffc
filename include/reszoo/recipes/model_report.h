/// Fills a report from a model and its data.
#pragma once
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/base/duration.h"
#include "reszoo/recipes/fit.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/report/report.h"

namespace reszoo {

/// Metrics of data sets by name: "validation", "test".
using NamedMetrics = std::vector<std::pair<std::string, Metrics>>;

/// Until when a report must be complete. One that has little time uses fewer rows for what it says of columns, and with
/// next to none it leaves that out, which a note says.
struct ReportTime {
  double end = std::numeric_limits<double>::infinity();  ///< of the clock, in seconds
  std::function<double()> clock = steady_seconds;
};

/// Returns the number of predictions that `make_report` needs besides those for columns.
int64_t report_rows(const TrainingData& data);

/// Returns the metrics on the validation rows and the test rows, if there are any. Without validation rows they are
/// those of `fitted.out_of_fold`.
NamedMetrics evaluate_parts(FittedModel& fitted, const TrainingData& data);

/// Collects the content of a report: metrics, predictions and columns; the history, the data and the settings. They are
/// computed on the test rows, else on the validation rows, else out of fold, else on the training rows.
///
///     write_report("report.html", make_report(fitted, data));
///
/// The caller can add more: `command`, `tables`, further settings.
ReportData make_report(FittedModel& fitted, const TrainingData& data, const ReportTime& time = {});

/// Collects the content of a report on labelled rows of another file: metrics and predictions. For a tabular model,
/// `raw` has the rows as `read_raw_rows` returns them, and the report also describes their columns and how they differ
/// from the training rows.
ReportData make_report(Model& model, const Predictions& predictions, const Frame& raw = {}, uint64_t seed = 0);

/// Adds the predictions. `rows` is the name of their data set: "test".
void add_predictions(ReportData& report, const Target& target, const Predictions& predictions, const std::string& rows);

/// Adds the importance of each column that the model uses, and the partial dependence on the most important ones.
/// `table` has raw rows with their targets. At most some thousands are used, and fewer for a wide table or if there is
/// little time.
void add_columns(ReportData& report, Model& model, const Frame& table, const Evaluation& evaluation, uint64_t seed,
                 const ReportTime& time = {});

/// Adds the worst predictions, the worst first, as many as a page shows: of classes the wrong ones with the lowest
/// probability of the true class, of several labels the wrong ones with the largest log loss, of numbers those with the
/// largest error. `images` are the rows of the predictions.
void add_worst_errors(ReportData& report, const Target& target, const Predictions& predictions,
                      const ImageRows& images);

}  // namespace reszoo
