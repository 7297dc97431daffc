#include "reszoo/report/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "page.h"
#include "report_parts.h"
#include "reszoo/base/atomic_file.h"

namespace reszoo {
namespace {

constexpr size_t most_lines = 200;       // of a table
constexpr size_t most_command = 20'000;  // characters

/// Returns a table with one row per metric and one column per set of rows.
std::string results_table(const std::vector<std::pair<std::string, Metrics>>& results) {
  std::vector<page::TableColumn> columns{{"metric"}};
  std::vector<std::string> metrics;
  for (const auto& [rows, figures] : results) {
    columns.push_back({rows, true});
    for (const auto& figure : figures)
      if (std::find(metrics.begin(), metrics.end(), figure.first) == metrics.end()) metrics.push_back(figure.first);
  }
  std::vector<std::vector<std::string>> lines;
  for (const auto& metric : metrics) {
    if (lines.size() == most_lines) break;
    lines.push_back({page::name(metric, 60)});
    for (const auto& [rows, figures] : results) {
      const auto found = std::find_if(figures.begin(), figures.end(), [&](const auto& f) { return f.first == metric; });
      lines.back().push_back(found == figures.end() ? "–" : page::number(found->second, 6));
    }
  }
  return results.empty() ? "" : page::table(columns, lines) + page::first_of(lines.size(), metrics.size(), "metrics");
}

std::string settings_table(const std::vector<std::pair<std::string, std::string>>& settings) {
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < std::min(settings.size(), most_lines); ++i)
    rows.push_back({page::name(settings[i].first, 60), page::name(settings[i].second, 200)});
  return settings.empty()
             ? ""
             : page::table({{"setting"}, {"value"}}, rows) + page::first_of(rows.size(), settings.size(), "settings");
}

/// Returns the plots of each target, with titles if there are several targets.
std::string predictions(const ReportData& data) {
  const auto targets = data.regression.size() + data.classes.size();
  std::string html;
  size_t shown = 0;
  const auto add = [&](const auto& part) {
    if (shown++ >= page::most_targets) return;
    if (targets > 1) html += "<h3>" + page::name(part.target, 60) + "</h3>\n";
    html += page::predictions(part);
  };
  for (const auto& part : data.regression) add(part);
  for (const auto& part : data.classes) add(part);
  return html + page::first_of(std::min(shown, page::most_targets), shown, "targets");
}

std::string model_section(const ReportData& data) {
  std::string html;
  for (const auto& bars : {page::importance(data), page::contributions(data)})
    if (!bars.empty()) html += page::side_by_side({bars});
  return html + page::dependence(data);
}

/// Says which rows the plots show.
std::string rows_shown(const ReportData& data) {
  if (!data.regression.empty()) return "On the " + page::name(data.regression.front().rows) + " rows.";
  if (!data.classes.empty()) return "On the " + page::name(data.classes.front().rows) + " rows.";
  return "";
}

std::string body(const ReportData& data) {
  auto html = page::headline(data);
  html += page::section("Predictions", predictions(data), rows_shown(data));
  html += page::section("Worst mistakes", page::mistakes(data), page::mistakes_shown(data));
  html += page::section("What the model goes by", model_section(data));
  html += page::section("Training", page::history(data), "Green: the epoch that was kept.");
  html += page::section("Data", page::data_summary(data));
  for (const auto& table : data.tables)
    html += page::section(page::shortened(table.title, 80), page::caller_table(table),
                          page::name(table.introduction, 1000));
  html += page::section("All figures", results_table(data.results));
  html += page::section("Settings", settings_table(data.settings));
  if (!data.command.empty())
    html += page::section("Command", "<pre>" + page::escape(page::shortened(data.command, most_command)) + "</pre>\n");
  return html;
}

}  // namespace

void write_report(const std::filesystem::path& path, const ReportData& data) {
  auto html = fmt::format(R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title><style>{1}</style></head><body>
<h1>{0}</h1>
)",
                          page::escape(page::shortened(data.title, 120)), page::style_sheet);
  if (!data.lead.empty()) html += "<p class=\"lead\">" + page::name(data.lead, 500) + "</p>\n";
  write_file(path, html + body(data) + "</body></html>\n");
}

}  // namespace reszoo
