// Converts the target to the JSON of a model file and back.
#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/preprocess/target.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// A single value is written by itself, several values as a list.
template <typename Value>
json plain(const std::vector<Value>& values) {
  return values.size() == 1 ? json(values.front()) : json(values);
}

template <typename Value>
std::vector<Value> several(const json& from, const char* field) {
  if (from.contains(field) && from.at(field).is_array()) return json_field<std::vector<Value>>(from, field, "target");
  return {json_field<Value>(from, field, "target")};
}

constexpr Named<ColumnKind> kKinds[] = {
    {"number", ColumnKind::number}, {"date", ColumnKind::date}, {"category", ColumnKind::category}};

std::vector<ColumnReading> read_readings(const json& written) {
  std::vector<ColumnReading> readings;
  if (!written.contains("readings")) return readings;
  for (const auto& item : json_field<std::vector<json>>(written, "readings", "target"))
    readings.push_back(reading_from(item, parsed_json_field(item, "kind", "target", [](const std::string& text) {
                                      return parse_name("kind", kKinds, text);
                                    })));
  return readings;
}

void require(bool holds, const std::string& what) {
  if (!holds) fail(ErrorKind::file, "target: {}", what);
}

}  // namespace

/// Checks the invariants of a fitted target, which a file may violate.
void Target::check() const {
  const auto rising = [](double a, double b) { return !(a < b); };
  const bool fractions = std::all_of(quantiles_.begin(), quantiles_.end(), [](double q) { return q > 0 && q < 1; });
  if (task_ == Task::quantile && (quantiles_.empty() || !fractions ||
                                  std::adjacent_find(quantiles_.begin(), quantiles_.end(), rising) != quantiles_.end()))
    fail(ErrorKind::usage, "target: quantiles must be rising fractions in (0, 1), got {}", fmt::join(quantiles_, ", "));
  auto sorted = classes_;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    fail(ErrorKind::usage, "target: classes must be different, got {}", fmt::join(classes_, ", "));
}

void Target::set_thresholds(std::vector<double> thresholds) {
  if (thresholds_.empty())
    fail(ErrorKind::usage, "target \"{}\": a threshold needs binary or multilabel, got task={}", name(),
         text_of(task_));
  const bool chances = std::all_of(thresholds.begin(), thresholds.end(), [](double t) { return t >= 0 && t <= 1; });
  if (thresholds.size() != names_.size() || !chances)
    fail(ErrorKind::usage, "target \"{}\": thresholds must be {} numbers in [0, 1], got {}", name(), names_.size(),
         fmt::join(thresholds, ", "));
  thresholds_ = std::move(thresholds);
}

void Target::set_temperatures(std::vector<double> temperatures) {
  const bool positive =
      std::all_of(temperatures.begin(), temperatures.end(), [](double t) { return t > 0 && std::isfinite(t); });
  if (is_number())
    fail(ErrorKind::usage, "target \"{}\": a temperature needs classes, got task={}", name(), text_of(task_));
  if (temperatures.size() != temperatures_.size() || !positive)
    fail(ErrorKind::usage, "target \"{}\": temperatures must be {} positive numbers, got {}", name(),
         temperatures_.size(), fmt::join(temperatures, ", "));
  for (size_t i = 0; i < thresholds_.size(); ++i) {
    const double odds = std::log(thresholds_[i] / (1 - thresholds_[i]));
    thresholds_[i] = 1 / (1 + std::exp(-odds * temperatures_[i] / temperatures[i]));
  }
  temperatures_ = std::move(temperatures);
}

json Target::to_json() const {
  json written{{"name", plain(names_)}, {"task", text_of(task_)}};
  if (is_number()) {
    written["mean"] = plain(mean_);
    written["scale"] = plain(scale_);
  }
  if (!classes_.empty()) written["classes"] = classes_;
  if (!labels_.empty()) written["labels"] = labels_;
  if (!quantiles_.empty()) written["quantiles"] = quantiles_;
  if (!thresholds_.empty()) written["thresholds"] = thresholds_;
  if (std::any_of(temperatures_.begin(), temperatures_.end(), [](double t) { return t != 1; }))
    written["temperatures"] = temperatures_;
  if (whole_days_) written["whole_days"] = true;
  auto readings = json::array();
  for (const auto& reading : readings_) {
    readings.push_back(reszoo::to_json(reading));
    readings.back()["kind"] = name_of(kKinds, reading.kind);
  }
  const auto plain = [](const json& reading) { return reading.size() == 1 && reading["kind"] != "date"; };
  if (!std::all_of(readings.begin(), readings.end(), plain)) written["readings"] = readings;
  return written;
}

Target Target::from(const json& written) {
  Target target;
  target.names_ = several<std::string>(written, "name");
  target.task_ = parsed_json_field(written, "task", "target", parse_task);
  const auto task = text_of(target.task_);
  const auto count = target.names_.size();
  const bool labels = target.task_ == Task::multilabel;
  const bool many = labels || target.task_ == Task::regression || target.task_ == Task::count;
  require(count > 0 && (count == 1 || many), task + " takes one column");
  if (target.is_number()) {
    target.mean_ = several<double>(written, "mean");
    target.scale_ = several<double>(written, "scale");
    require(target.mean_.size() == count && target.scale_.size() == count, "mean and scale must be a number a target");
    for (const double scale : target.scale_) require(scale > 0, fmt::format("scale must be positive, got {}", scale));
  } else if (labels) {
    target.labels_ = json_field<std::vector<std::vector<std::string>>>(written, "labels", "target");
    require(target.labels_.size() == count, "labels must be a pair a target");
    for (const auto& pair : target.labels_) require(pair.size() == 2, "labels must be pairs");
  } else {
    target.classes_ = json_field<std::vector<std::string>>(written, "classes", "target");
    const auto classes = target.classes_.size();
    require(classes > 1 && (target.task_ != Task::binary || classes == 2),
            fmt::format("{} cannot have {} classes", task, classes));
  }
  if (target.task_ == Task::quantile)
    target.quantiles_ = json_field<std::vector<double>>(written, "quantiles", "target");
  target.readings_ = read_readings(written);
  if (written.contains("whole_days")) target.whole_days_ = json_field<bool>(written, "whole_days", "target");
  require(target.readings_.empty() || target.readings_.size() == count, "readings must be one a target");
  if (labels || target.task_ == Task::binary) target.thresholds_.assign(count, 0.5);
  if (!target.is_number()) target.temperatures_.assign(labels ? count : 1, 1.0);
  try {
    target.check();
    if (written.contains("temperatures"))
      target.set_temperatures(json_field<std::vector<double>>(written, "temperatures", "target"));
    if (written.contains("thresholds"))
      target.set_thresholds(json_field<std::vector<double>>(written, "thresholds", "target"));
  } catch (const Error& error) {
    fail(ErrorKind::file, "{}", error.what());
  }
  return target;
}

}  // namespace reszoo
