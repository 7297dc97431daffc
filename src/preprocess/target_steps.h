/// What the JSON of a target holds. Private.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/cell.h"
#include "reszoo/preprocess/task.h"

namespace reszoo {

/// See the accessors of Target.
struct TargetSteps {
  Task task = Task::regression;
  std::vector<std::string> names, classes;
  std::vector<std::vector<std::string>> labels;
  std::vector<double> quantiles, mean, scale;
  std::optional<std::vector<double>> thresholds = {}, temperatures = {};
  bool whole_days = false;
  std::vector<ColumnReading> readings;

  bool is_number() const { return task == Task::regression || task == Task::quantile || task == Task::count; }
};

/// Reads what Target::to_json returned. Thresholds and temperatures are not checked. Throws: Error (file).
TargetSteps target_steps_from(const nlohmann::json& json);

/// Returns the name of a kind of column in the JSON.
std::string name_of_kind(ColumnKind kind);

}  // namespace reszoo
