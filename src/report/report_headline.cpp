#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "page.h"
#include "report_parts.h"
#include "reszoo/metrics/metrics.h"

namespace reszoo::page {
namespace {

/// A reason for (`good`) or against trusting the model.
struct Finding {
  bool good;
  std::string text;
};
using Findings = std::vector<Finding>;

constexpr int64_t few_rows = 200, few_of_a_class = 10;
constexpr size_t most_tiles = 24;

std::string sentence(const RegressionPart& part, const Predicted& rows) {
  const auto squares = (rows.prediction - rows.truth).square();
  const double n = static_cast<double>(squares.size(0)), error = rmse(rows.prediction, rows.truth);
  const double constant = rmse(rows.truth.mean().expand_as(rows.truth), rows.truth);
  // The delta method: a standard error d of the mean square error is d / (2 rmse) for its root.
  const double deviation = n > 1 && error > 0 ? squares.std().item<double>() / std::sqrt(n) / (2 * error) : 0;
  auto text = fmt::format(
      "Predictions of {} are off by <b>{}</b> (root mean square error on {} {} rows; 95&nbsp;% interval {} to {}). ",
      name(part.target), number(error), count(squares.size(0)), name(part.rows),
      number(std::max(error - 1.96 * deviation, 0.0)), number(error + 1.96 * deviation));
  text += fmt::format("Saying {}, the mean, for every row would be off by <b>{}</b>",
                      number(rows.truth.mean().item<double>()), number(constant));
  return text + (error < constant
                     ? fmt::format(": the model explains {} of the variance.", percent(r2(rows.prediction, rows.truth)))
                     : ".");
}

void find(const RegressionPart& part, const Predicted& rows, Findings& findings) {
  const auto error = rows.prediction - rows.truth;
  const double n = static_cast<double>(error.size(0)), bias = error.mean().item<double>(),
               root = rmse(rows.prediction, rows.truth);
  if (r2(rows.prediction, rows.truth) <= 0)
    findings.push_back({false, fmt::format("No better than saying the mean of {} for every row.", name(part.target))});
  if (n > 1 && std::abs(bias) > 0.1 * root && std::abs(bias) > 3 * error.std().item<double>() / std::sqrt(n))
    findings.push_back({false, fmt::format("Predictions are {} too {} on average.", number(std::abs(bias), 3),
                                           bias > 0 ? "high" : "low")});
  const auto squares = std::get<0>(error.square().sort(0, /*descending=*/true));
  const auto worst = std::max<int64_t>(error.size(0) / 100, 1);
  const double share = squares.slice(0, 0, worst).sum().item<double>() / std::max(squares.sum().item<double>(), 1e-300);
  if (n >= few_rows && share > 0.5)
    findings.push_back({false, fmt::format("One row in a hundred makes up {} of the squared error: look at these rows.",
                                           percent(share))});
}

std::string sentence(const ClassPart& part, const Classified& rows) {
  const double n = static_cast<double>(rows.truth.size(0)), right = accuracy(rows.guess, rows.truth);
  const auto [most, majority] = at::bincount(rows.truth, {}, rows.probability.size(1)).max(0);
  const auto [low, high] = wilson(right, n);
  return fmt::format(
      "<b>{}</b> of {} {} rows get the right {} (95&nbsp;% interval {} to {}). Always saying “{}” would be right for "
      "<b>{}</b>.",
      percent(right), count(rows.truth.size(0)), name(part.rows), name(part.target), percent(low), percent(high),
      name(part.classes.at(static_cast<size_t>(majority.item<int64_t>()))), percent(most.item<double>() / n));
}

void find(const ClassPart& part, const Classified& rows, Findings& findings) {
  const auto counts = at::bincount(rows.truth, {}, rows.probability.size(1));
  const double n = static_cast<double>(rows.truth.size(0)), right = accuracy(rows.guess, rows.truth);
  if (wilson(right, n).first <= counts.max().item<double>() / n)
    findings.push_back(
        {false,
         "By accuracy, not clearly better than always saying the most frequent class; compare the other figures."});
  const double off = calibration_error(rows.probability, rows.truth);
  if (off > 0.05 && n >= few_rows)
    findings.push_back(
        {false, fmt::format("Probabilities are off by {} on average: see the calibration.", percent(off))});
  if (off <= 0.03 && n >= few_rows)
    findings.push_back({true, fmt::format("Probabilities mean what they say, within {} on average.", percent(off))});
  const auto rare = counts.lt(few_of_a_class).sum().item<int64_t>();
  if (rare > 0)
    findings.push_back(
        {false, fmt::format("{} of {} classes {} fewer than {} {} rows: their figures say little.", rare,
                            count(counts.size(0)), rare == 1 ? "has" : "have", few_of_a_class, name(part.rows))});
}

void find_in_training(const ReportData& data, Findings& findings) {
  const auto& history = data.history;
  if (history.size() >= 5 && !history.back().metrics.empty() && history.back().best)
    findings.push_back({false, "The last epoch was the best one: a longer run may be better."});
}

void find_in_columns(const ReportData& data, Findings& findings) {
  if (data.importance.size() < 3) return;
  double sum = 0;
  for (const auto& column : data.importance) sum += std::fmax(column.mean, 0.0);  // NaN counts as 0
  const auto first = by_importance(data.importance).front();
  if (!(first.mean > 0.8 * sum) || !std::isfinite(sum)) return;
  findings.push_back(
      {false, fmt::format("“{}” makes up {} of all importance: make sure that it is known when a prediction is made.",
                          name(first.column), percent(first.mean / sum))});
}

/// Shows the metrics of the set of rows that the page is about, which is the last one.
std::string tiles(const ReportData& data) {
  if (data.results.empty()) return "";
  const auto& [rows, metrics] = data.results.back();
  std::string html = "<dl class=\"tiles\">";
  for (size_t i = 0; i < std::min(metrics.size(), most_tiles); ++i)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name(metrics[i].first), number(metrics[i].second));
  return html + "</dl>\n";
}

}  // namespace

std::pair<double, double> wilson(double fraction, double rows) {
  constexpr double z = 1.959964;
  const double middle = fraction + z * z / (2 * rows),
               width = z * std::sqrt(fraction * (1 - fraction) / rows + z * z / (4 * rows * rows));
  return {std::max((middle - width) / (1 + z * z / rows), 0.0), std::min((middle + width) / (1 + z * z / rows), 1.0)};
}

std::string headline(const ReportData& data) {
  std::string sentences;
  Findings findings;
  int64_t rows = 0;
  const auto add = [&](const auto& part, const auto& measured) {
    if (measured.left_out > 0)
      findings.push_back({false, fmt::format("{} predictions of {} are not numbers: their rows are left out.",
                                             count(measured.left_out), name(part.target))});
    if (measured.truth.size(0) == 0) return;
    if (rows == 0 || data.regression.size() + data.classes.size() <= 3)
      sentences += "<p>" + sentence(part, measured) + "</p>\n";
    rows = measured.truth.size(0);
    find(part, measured, findings);
  };
  for (const auto& part : data.regression) add(part, predicted(part));
  for (const auto& part : data.classes) add(part, classified(part));
  if (rows > 0 && rows < few_rows)
    findings.push_back({false, fmt::format("Only {} rows were measured: the interval is what counts.", rows)});
  find_in_columns(data, findings);
  find_in_training(data, findings);
  if (findings.size() > 8) findings.resize(8);
  std::string list;
  for (const auto& [good, text] : findings) list += fmt::format("<li{}>{}</li>\n", good ? " class=\"good\"" : "", text);
  const auto figures = tiles(data);
  if (sentences.empty() && figures.empty() && list.empty()) return "";
  return "<div class=\"headline\">\n" + sentences + figures +
         (list.empty() ? "" : "<ul class=\"findings\">\n" + list + "</ul>\n") + "</div>\n";
}

}  // namespace reszoo::page
