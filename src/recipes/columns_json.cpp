// What a report says of columns, as JSON.
#include <ATen/ATen.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/report/report.h"

namespace reszoo {
namespace {

using nlohmann::ordered_json;

ordered_json number_json(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }

/// Returns a number for each point, or with several outputs a list of them.
ordered_json means_json(const Tensor& mean) {
  auto points = ordered_json::array();
  for (int64_t i = 0; i < mean.size(0); ++i) {
    auto each = ordered_json::array();
    for (int64_t c = 0; c < mean.size(1); ++c) each.push_back(number_json(mean[i][c].item<double>()));
    points.push_back(each.size() == 1 ? each.front() : each);
  }
  return points;
}

ordered_json dependence_json(const PartialDependence& along) {
  ordered_json json{{"column", along.column}};
  if (!along.words.empty()) json["words"] = along.words;
  else if (!along.dates) json["values"] = along.values;
  else
    for (const double day : along.values) json["values"].push_back(date_text(day));
  json["mean"] = means_json(along.mean);
  return json;
}

}  // namespace

ordered_json columns_json(const ReportData& report) {
  if (report.importance.empty()) fail(ErrorKind::usage, "explain: is for tables, whose columns have names");
  ordered_json json{{"metric", report.importance_metric},   {"importance", ordered_json::array()},
                    {"outputs", report.dependence_outputs}, {"dependence", ordered_json::array()},
                    {"unit", report.contribution_unit},     {"contributions", ordered_json::array()}};
  for (const auto& column : by_importance(report.importance))
    json["importance"].push_back(
        {{"column", column.column}, {"mean", number_json(column.mean)}, {"deviation", number_json(column.deviation)}});
  for (const auto& along : report.dependence) json["dependence"].push_back(dependence_json(along));
  for (const auto& [column, mean] : report.contributions)
    json["contributions"].push_back({{"column", column}, {"mean_absolute", number_json(mean)}});
  return json;
}

}  // namespace reszoo
