#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "page.h"
#include "report_parts.h"
#include "reszoo/base/number.h"
#include "reszoo/preprocess/dates.h"

namespace reszoo::page {
namespace {

constexpr size_t most_columns = 200, most_table_rows = 300, most_table_columns = 40, most_notes = 20;

/// Draws a small histogram of a column.
std::string distribution(const ColumnProfile& column) {
  auto counts = column.histogram;
  for (const auto& word : column.top) counts.push_back(word.second);
  if (counts.empty()) return "";
  const auto most = static_cast<double>(std::max<int64_t>(*std::max_element(counts.begin(), counts.end()), 1));
  const double width = 128.0 / static_cast<double>(std::max<size_t>(counts.size(), 5));
  auto svg = fmt::format(R"(<svg viewBox="0 0 128 26" role="img" aria-label="distribution of {}">)",
                         escape(shortened(column.name, 60)));
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double height = std::max(24 * static_cast<double>(counts[i]) / most, 0.8);
    svg += fmt::format(R"(<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)",
                       static_cast<double>(i) * width, 26 - height, width * 0.86, height);
  }
  return svg + "</svg>";
}

std::string values_of(const ColumnProfile& column) {
  if (column.missing == column.rows) return "no value";
  if (column.top.empty() && column.histogram.empty()) return "no finite value";
  if (column.top.empty()) {
    const std::vector range{column.low, column.high, column.middle};
    auto texts = numbers_apart(range);
    if (column.kind == "date")
      std::transform(range.begin(), range.end(), texts.begin(), [](double day) { return date_text(std::floor(day)); });
    return fmt::format("{} to {}, half below {}", texts[0], texts[1], texts[2]);
  }
  std::string text;
  const auto shown = std::min<size_t>(column.top.size(), 3);
  for (size_t i = 0; i < shown; ++i) {
    const auto& [word, rows] = column.top[i];
    text += fmt::format("{}{} <small>{}</small>", i ? ", " : "", name(word, 18),
                        percent(static_cast<double>(rows) / static_cast<double>(column.rows)));
  }
  return text + (static_cast<int64_t>(shown) < column.different ? ", …" : "");
}

std::string columns_table(const std::vector<ColumnProfile>& columns) {
  if (columns.empty()) return "";
  const auto shown = std::min(columns.size(), most_columns);
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < shown; ++i) {
    const auto& column = columns[i];
    const double missing = column.rows > 0 ? static_cast<double>(column.missing) / static_cast<double>(column.rows) : 0;
    rows.push_back({name(column.name), name(column.kind), column.missing == 0 ? "–" : percent(missing),
                    count(column.different), distribution(column), values_of(column)});
  }
  return table({{"column"}, {"kind"}, {"missing", true}, {"different", true}, {"distribution"}, {"values"}}, rows) +
         first_of(shown, columns.size(), "columns");
}

/// Returns whether a column of cells holds only numbers, ignoring empty cells and dashes.
bool holds_numbers(const std::vector<std::vector<std::string>>& rows, size_t column) {
  return std::all_of(rows.begin(), rows.end(), [&](const auto& row) {
    return column >= row.size() || row[column].empty() || row[column] == "–" || number_in_text<double>(row[column]);
  });
}

}  // namespace

std::string data_summary(const ReportData& data) {
  std::string html;
  if (!data.parts.empty()) {
    html += "<dl class=\"tiles parts\">";
    for (const auto& [rows_of, rows] : data.parts)
      html += fmt::format("<div><dt>{} rows</dt><dd>{}</dd></div>", name(rows_of), count(rows));
    html += "</dl>\n";
  }
  const auto shown = std::min(data.notes.size(), most_notes);
  for (size_t i = 0; i < shown; ++i)
    html += fmt::format("<p class=\"note\">{}</p>\n", escape(shortened(data.notes[i], 300)));
  if (shown < data.notes.size())
    html += fmt::format("<p class=\"note\">… and {} lines more.</p>\n", data.notes.size() - shown);
  return html + columns_table(data.columns);
}

std::string caller_table(const ReportTable& given) {
  const auto shown = std::min(given.rows.size(), most_table_rows);
  const auto width = std::min(given.header.size(), most_table_columns);
  std::vector<TableColumn> columns;
  for (size_t i = 0; i < width; ++i) columns.push_back({given.header[i], holds_numbers(given.rows, i)});
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < shown; ++i) {
    rows.emplace_back();
    for (size_t j = 0; j < std::min(given.rows[i].size(), width); ++j)
      rows.back().push_back(name(given.rows[i][j], 60));
  }
  return table(columns, rows, given.marked) + first_of(width, given.header.size(), "columns") +
         first_of(shown, given.rows.size(), "rows");
}

}  // namespace reszoo::page
