#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "page.h"
#include "plot.h"
#include "report_parts.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo::page {
namespace {

constexpr size_t most_bars = 20, most_dependences = 6, most_outputs = 6;

/// Draws a bar from 0 with the standard deviation over the repeats at its end, on a common scale.
std::string bar(const ColumnImportance& column, double low, double high) {
  const Axis axis{low, high};
  const auto at = [&](double value) { return 300 * axis.place(value); };
  const double from = at(std::min(0.0, column.mean)), to = at(std::max(0.0, column.mean));
  return fmt::format(
      R"(<svg class="long" viewBox="0 0 300 18" preserveAspectRatio="none" role="img" aria-label="{}, deviation {}">)"
      R"(<rect class="bar" x="{:.1f}" y="3" width="{:.1f}" height="12"/><path class="error" d="M{:.1f} 9H{:.1f}"/></svg>)",
      number(column.mean), number(column.deviation), from, std::max(to - from, 0.5), at(column.mean - column.deviation),
      at(column.mean + column.deviation));
}

/// Returns a table of bars with the name and the number of each column.
std::string bars(const std::vector<ColumnImportance>& columns, std::string_view caption, std::string_view unit,
                 const std::string& header, std::string note) {
  const auto shown = std::min(columns.size(), most_bars);
  std::vector<double> ends{0};
  for (size_t i = 0; i < shown; ++i)
    ends.insert(ends.end(), {columns[i].mean - columns[i].deviation, columns[i].mean + columns[i].deviation});
  std::erase_if(ends, [](double end) { return !std::isfinite(end); });
  const auto [low, high] = std::minmax_element(ends.begin(), ends.end());
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < shown; ++i) {
    const auto deviation =
        columns[i].repeats.empty() ? "" : "<small> ± " + number(columns[i].deviation, 2) + "</small>";
    rows.push_back({name(columns[i].column, 22), bar(columns[i], *low, *high), number(columns[i].mean, 3) + deviation});
  }
  if (shown < columns.size())
    note += fmt::format(" The first {} of {} columns.", shown, count(static_cast<int64_t>(columns.size())));
  auto box = figure(caption, name(unit), table({{"column"}, {""}, {header, true}}, rows), note);
  return box.insert(box.find('>'), " class=\"full bars\"");
}

/// Returns the range of all lines, so that slopes are comparable between plots.
Axis common_axis(const std::vector<PartialDependence>& all, size_t shown, bool fractions) {
  std::vector<double> values;
  for (size_t i = 0; i < shown; ++i) {
    const auto mean = all[i].mean.contiguous();
    values.insert(values.end(), mean.const_data_ptr<double>(), mean.const_data_ptr<double>() + mean.numel());
  }
  auto axis = axis_of(values, fractions ? "mean probability" : "mean prediction");
  if (!fractions) return axis;
  axis.marks = Axis::Marks::fraction;
  axis.low = std::max(axis.low, 0.0);
  axis.high = std::min(std::max(axis.high, axis.low + 0.04), 1.0);
  return axis;
}

Axis axis_along(const PartialDependence& along) {
  if (along.words.empty()) {
    auto axis = axis_of(along.values, along.column);
    if (along.dates) axis.marks = Axis::Marks::date;
    return axis;
  }
  Axis axis{-0.5, static_cast<double>(along.words.size()) - 0.5};
  axis.names = along.words;
  return axis;
}

std::string one_dependence(const PartialDependence& along, const Axis& y) {
  Plot plot(fmt::format("mean prediction by {}", along.column), axis_along(along), y);
  const auto outputs = std::min<int64_t>(along.mean.size(1), most_outputs);
  for (int64_t c = 0; c < outputs; ++c) {
    Points points;
    for (int64_t i = 0; i < along.mean.size(0); ++i)
      points.emplace_back(along.words.empty() ? along.values[static_cast<size_t>(i)] : static_cast<double>(i),
                          along.mean[i][c].item<double>());
    if (along.words.empty()) plot.line(points, series_styles[c]);
    for (const auto& [x, value] : points) {
      const auto where = along.dates           ? date_text(std::floor(x))
                         : along.words.empty() ? number(x)
                                               : escape(shortened(along.words[static_cast<size_t>(x)], 60));
      if (!along.words.empty())
        plot.line({{x - 0.3, value}, {x + 0.3, value}}, series_styles[c], fmt::format("{}: {}", where, number(value)));
      else if (outputs == 1) plot.dot(x, value, "dot", 2, fmt::format("{}: {}", where, number(value)));
    }
  }
  plot.rug(along.deciles);
  return figure(name(along.column), "", plot.svg());
}

}  // namespace

std::string importance(const ReportData& data) {
  if (data.importance.empty()) return "";
  const auto columns = by_importance(data.importance);
  const auto note = fmt::format(
      "How much worse {} becomes when the column's values are shuffled among the rows; mean and deviation of {} "
      "shuffles. "
      "Of columns that tell the same, each counts for little.",
      data.importance_metric.empty() ? "the metric" : name(data.importance_metric), columns.front().repeats.size());
  return bars(columns, "Importance of columns", data.importance_metric, "worse by", note);
}

std::string contributions(const ReportData& data) {
  if (data.contributions.empty()) return "";
  std::vector<ColumnImportance> columns;
  for (const auto& [column, mean] : data.contributions) columns.push_back({.column = column, .mean = mean});
  return bars(
      columns, "Contributions of columns", data.contribution_unit, "moves by",
      "How far the column's value moves a prediction from the mean prediction, up or down, on average: the mean "
      "absolute Shapley value.");
}

std::string dependence(const ReportData& data) {
  if (data.dependence.empty()) return "";
  const auto shown = std::min(data.dependence.size(), most_dependences);
  const auto y = common_axis(data.dependence, shown, !data.classes.empty());
  std::vector<std::string> boxes;
  for (size_t i = 0; i < shown; ++i) boxes.push_back(one_dependence(data.dependence[i], y));
  const auto& outputs = data.dependence_outputs;
  std::string html = side_by_side(boxes);
  if (outputs.size() > 1)
    html = legend({outputs.begin(), outputs.begin() + static_cast<int64_t>(std::min(outputs.size(), most_outputs))}) +
           html;
  const auto of = outputs.size() == 1 ? fmt::format(" of “{}”", name(outputs[0])) : "";
  return fmt::format(
      "<h3>How the prediction{} follows a column</h3>\n<p class=\"about\">The mean prediction if every row had this "
      "value, all else as it is. "
      "Strokes on the axis: tenths of the rows. All plots have one scale.</p>\n{}",
      of, html);
}

std::string legend(const std::vector<std::string>& names) {
  std::string html = "<ul class=\"legend\">";
  for (size_t i = 0; i < names.size(); ++i)
    html += fmt::format(R"(<li><i class="c{}"></i>{}</li>)", i + 1, name(names[i], 34));
  return html + "</ul>";
}

}  // namespace reszoo::page
