#include "target_steps.h"

#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr Named<Task> kTasks[] = {{"regression", Task::regression}, {"quantile", Task::quantile},
                                  {"count", Task::count},           {"binary", Task::binary},
                                  {"multiclass", Task::multiclass}, {"ordinal", Task::ordinal},
                                  {"multilabel", Task::multilabel}};

constexpr Named<ColumnKind> kKinds[] = {
    {"number", ColumnKind::number}, {"date", ColumnKind::date}, {"category", ColumnKind::category}};

template <typename Value>
std::vector<Value> several(const json& from, const char* field) {
  if (from.contains(field) && from.at(field).is_array()) return json_field<std::vector<Value>>(from, field, "target");
  return {json_field<Value>(from, field, "target")};
}

std::vector<ColumnReading> read_readings(const json& written) {
  std::vector<ColumnReading> readings;
  if (!written.contains("readings")) return readings;
  for (const auto& item : json_field<std::vector<json>>(written, "readings", "target"))
    readings.push_back(reading_from(item, parsed_json_field(item, "kind", "target", [](const std::string& text) {
                                      return parse_name("kind", kKinds, text);
                                    })));
  return readings;
}

void require_of_target(bool holds, const std::string& what) {
  if (!holds) fail(ErrorKind::file, "target: {}", what);
}

}  // namespace

Task parse_task(std::string_view text) { return parse_name("task", kTasks, text); }

std::string text_of(Task task) { return name_of(kTasks, task); }

std::string name_of_kind(ColumnKind kind) { return name_of(kKinds, kind); }

TargetSteps target_steps_from(const json& written) {
  TargetSteps steps;
  steps.names = several<std::string>(written, "name");
  steps.task = parsed_json_field(written, "task", "target", parse_task);
  const auto task = text_of(steps.task);
  const auto count = steps.names.size();
  const bool labels = steps.task == Task::multilabel;
  const bool many = labels || steps.task == Task::regression || steps.task == Task::count;
  require_of_target(count > 0 && (count == 1 || many), task + " takes one column");
  if (steps.is_number()) {
    steps.mean = several<double>(written, "mean");
    steps.scale = several<double>(written, "scale");
    require_of_target(steps.mean.size() == count && steps.scale.size() == count,
                      "mean and scale must be a number a target");
    for (const double scale : steps.scale)
      require_of_target(scale > 0, fmt::format("scale must be positive, got {}", scale));
  } else if (labels) {
    steps.labels = json_field<std::vector<std::vector<std::string>>>(written, "labels", "target");
    require_of_target(steps.labels.size() == count, "labels must be a pair a target");
    for (const auto& pair : steps.labels) require_of_target(pair.size() == 2, "labels must be pairs");
  } else {
    steps.classes = json_field<std::vector<std::string>>(written, "classes", "target");
    const auto classes = steps.classes.size();
    require_of_target(classes > 1 && (steps.task != Task::binary || classes == 2),
                      fmt::format("{} cannot have {} classes", task, classes));
  }
  if (steps.task == Task::quantile) steps.quantiles = json_field<std::vector<double>>(written, "quantiles", "target");
  steps.readings = read_readings(written);
  if (written.contains("whole_days")) steps.whole_days = json_field<bool>(written, "whole_days", "target");
  require_of_target(steps.readings.empty() || steps.readings.size() == count, "readings must be one a target");
  if (written.contains("temperatures"))
    steps.temperatures = json_field<std::vector<double>>(written, "temperatures", "target");
  if (written.contains("thresholds"))
    steps.thresholds = json_field<std::vector<double>>(written, "thresholds", "target");
  return steps;
}

}  // namespace reszoo
