// The parts of a report's page, as HTML.
#pragma once
#include "report/plot.h"
#include "reszoo/report/report.h"

namespace reszoo::page {

/// At most so many targets have plots of their own.
constexpr size_t most_targets = 6;

/// The result in a sentence, its figures, what speaks for and against it.
std::string headline(const ReportData& data);

/// The points (x, y) of two tensors (N).
Points points_of(const Tensor& x, const Tensor& y);

/// Truth against prediction, errors.
std::string predictions(const RegressionPart& part);

/// Curves, calibration, confusion.
std::string predictions(const ClassPart& part);

/// Truth and prediction as (N) float64.
/// Throws: Error (input) for tensors that do not fit together.
struct Predicted {
  Tensor truth, prediction;
};
Predicted predicted(const RegressionPart& part);

/// Probabilities as (N, C) float64, guesses and truth as (N) int64.
/// Throws: Error (input) for tensors that do not fit together.
struct Classified {
  Tensor probability, guess, truth;
};
Classified classified(const ClassPart& part);

/// Which classes are taken for which: a matrix, or of many classes the worst pairs.
std::string confusion(const ClassPart& part, const Classified& rows);

/// Precision and recall of each class.
std::string class_table(const ClassPart& part, const Classified& rows);

/// Bars of the importance, with errors.
std::string importance(const ReportData& data);

/// How the mean prediction follows a column.
std::string dependence(const ReportData& data);

/// The loss, each validation metric, the learning rate and how many items a second were trained on, by epoch.
std::string history(const ReportData& data);

/// The worst mistakes as images, each with its classes and what the model gave to them.
/// Throws: Error (input) for an image that is no PNG.
std::string mistakes(const ReportData& data);

/// Which of the mistakes these are.
std::string mistakes_shown(const ReportData& data);

/// Rows by part, and a row a column.
std::string data_summary(const ReportData& data);

std::string caller_table(const ReportTable& table);

/// The 95 % interval of a fraction seen in `rows` rows.
/// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
std::pair<double, double> wilson(double fraction, double rows);

/// Line styles of series, in order, and the list that says which is which.
constexpr const char* series_styles[] = {"curve c1", "curve c2", "curve c3", "curve c4", "curve c5", "curve c6"};
std::string legend(const std::vector<std::string>& names);

}  // namespace reszoo::page
