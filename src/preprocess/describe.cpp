#include "reszoo/preprocess/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using nlohmann::ordered_json;

constexpr const char* quantile_names[] = {"min", "q25", "median", "q75", "max"};

std::string scaling_of(const TablePreprocess& table) {
  return text_of(table.scaler() ? table.scaler()->scaling() : Scaling::none);
}

ordered_json summary_json(const ColumnSummary& summary, const TablePreprocess& table) {
  ordered_json column{{"name", summary.name}, {"kind", summary.kind}};
  if (const auto reading = table.readings().find(summary.name); reading != table.readings().end())
    if (const auto how = to_json(reading->second); !how.empty()) column["reading"] = how;
  column["missing"] = summary.missing ? ordered_json(*summary.missing) : ordered_json();
  for (size_t i = 0; i < summary.quantiles.size(); ++i)
    column[quantile_names[i]] =
        summary.kind == "date" ? ordered_json(date_text(summary.quantiles[i])) : ordered_json(summary.quantiles[i]);
  if (summary.kind != "category") return column;
  column["words"] = summary.words;
  column["rare"] = summary.rare;
  return column;
}

/// Returns the fitted values of a column as text for one table cell.
std::string fitted_text(const ColumnSummary& summary) {
  if (summary.kind == "category") {
    constexpr size_t shown = 6;
    auto words = summary.words;
    std::replace(words.begin(), words.end(), std::string(), std::string("(missing)"));
    const auto rare = summary.rare > 0 ? fmt::format("; {} rows of rarer words", summary.rare) : "";
    return fmt::format("{} words: {}{}", words.size(), list(words, shown), rare);
  }
  std::vector<std::string> cells;
  for (const auto value : summary.quantiles)
    cells.push_back(summary.kind == "date" ? date_text(value) : fmt::format("{:.6g}", value));
  return cells.empty()
             ? ""
             : fmt::format("{} to {}, quartiles {}, {}, {}", cells[0], cells[4], cells[1], cells[2], cells[3]);
}

/// Returns how the cells of a column are read, if not as usual: "; order dmy", "; missing: n.a.".
std::string reading_text(const TablePreprocess& table, const std::string& name) {
  const auto found = table.readings().find(name);
  if (found == table.readings().end()) return "";
  const auto& [kind, notation, date_format, missing, binary, note] = found->second;
  std::string text;
  if (kind == ColumnKind::date && date_format != "ymd") text += "; order " + date_format;
  if (const auto spelled = text_of(notation); !spelled.empty()) text += "; " + spelled;
  if (!missing.empty()) text += "; missing: " + list(missing, 6);
  return text;
}

}  // namespace

ordered_json describe(const TablePreprocess& table) {
  auto columns = ordered_json::array();
  for (const auto& summary : table.summaries()) columns.push_back(summary_json(summary, table));
  return {{"scaling", scaling_of(table)},
          {"columns", columns},
          {"notes", table.notes()},
          {"network_reads", table.columns()}};
}

std::string describe_text(const TablePreprocess& table) {
  size_t width = 6;
  for (const auto& summary : table.summaries()) width = std::max(width, summary.name.size());
  auto text =
      fmt::format("{:<{}}  {:<8}  {:>7}  fitted (scaling {})\n", "column", width, "kind", "missing", scaling_of(table));
  for (const auto& summary : table.summaries()) {
    const auto missing = summary.missing ? fmt::format("{:.2f} %", 100 * *summary.missing) : "?";
    text += fmt::format("{:<{}}  {:<8}  {:>7}  {}{}\n", summary.name, width, summary.kind, missing,
                        fitted_text(summary), reading_text(table, summary.name));
  }
  for (const auto& note : table.notes()) text += note + "\n";
  return text;
}

}  // namespace reszoo
