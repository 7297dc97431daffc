// The sections of a report, as HTML.
#pragma once
#include "report/plot.h"
#include "reszoo/report/report.h"

namespace reszoo::page {

/// The number of targets that have their own plots.
constexpr size_t most_targets = 6;

/// Returns the result in one sentence, its metrics, and reasons for and against trusting it.
std::string headline(const ReportData& data);

/// Returns the points (x, y) of two tensors (N).
Points points_of(const Tensor& x, const Tensor& y);

/// Plots truth against prediction, and the errors.
std::string predictions(const RegressionPart& part);

/// Plots curves, calibration and confusion.
std::string predictions(const ClassPart& part);

/// Truth and prediction as (N) float64, of the rows where both are finite.
/// Throws: Error (input) for tensors that do not match.
struct Predicted {
  Tensor truth, prediction;
  Tensor rows;       ///< (N) int64: which of the given rows these are
  int64_t left_out;  ///< number of the other rows
};
Predicted predicted(const RegressionPart& part);

/// Probabilities as (N, C) float64, predicted and true classes as (N) int64, of the rows whose probabilities are
/// finite. Throws: Error (input) for tensors that do not match.
struct Classified {
  Tensor probability, guess, truth;
  int64_t left_out;  ///< number of the other rows
};
Classified classified(const ClassPart& part);

/// Shows which classes are confused: a matrix, or for many classes the most frequent pairs.
std::string confusion(const ClassPart& part, const Classified& rows);

/// Returns a table of precision and recall of each class.
std::string class_table(const ClassPart& part, const Classified& rows);

/// Plots the importance of columns as bars with error bars.
std::string importance(const ReportData& data);

/// Plots the mean absolute contributions of columns as bars.
std::string contributions(const ReportData& data);

/// Plots the mean prediction as a function of a column.
std::string dependence(const ReportData& data);

/// Plots the loss, each validation metric, the learning rate and the number of training items per second, by epoch.
std::string history(const ReportData& data);

/// Shows the worst mistakes as images, each with its true and predicted class and the model's probabilities.
/// Throws: Error (input) for an image that is not a PNG.
std::string mistakes(const ReportData& data);

/// Says which of the mistakes are shown.
std::string mistakes_shown(const ReportData& data);

/// Shows the number of rows in each part, and one row per column.
std::string data_summary(const ReportData& data);

/// What stands in place of plots where no row has a finite prediction.
constexpr const char* no_numbers = "<p class=\"note\">No prediction is a number.</p>\n";

std::string caller_table(const ReportTable& table);

/// Returns the 95 % interval of a fraction observed in `rows` rows.
/// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
std::pair<double, double> wilson(double fraction, double rows);

/// Line styles of series, in order, and the legend.
constexpr const char* series_styles[] = {"curve c1", "curve c2", "curve c3", "curve c4", "curve c5", "curve c6"};
std::string legend(const std::vector<std::string>& names);

}  // namespace reszoo::page
