// Converts the target to the JSON of a model file and back.
#include <algorithm>
#include <cmath>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/preprocess/target.h"
#include "target_steps.h"

namespace reszoo {
namespace {

using nlohmann::json;

/// A single value is written by itself, several values as a list.
template <typename Value>
json plain(const std::vector<Value>& values) {
  return values.size() == 1 ? json(values.front()) : json(values);
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
    readings.back()["kind"] = name_of_kind(reading.kind);
  }
  const auto plain = [](const json& reading) { return reading.size() == 1 && reading["kind"] != "date"; };
  if (!std::all_of(readings.begin(), readings.end(), plain)) written["readings"] = readings;
  return written;
}

Target Target::from(const json& written) {
  auto steps = target_steps_from(written);
  Target target;
  target.task_ = steps.task;
  target.names_ = std::move(steps.names);
  target.classes_ = std::move(steps.classes);
  target.labels_ = std::move(steps.labels);
  target.quantiles_ = std::move(steps.quantiles);
  target.mean_ = std::move(steps.mean);
  target.scale_ = std::move(steps.scale);
  target.readings_ = std::move(steps.readings);
  target.whole_days_ = steps.whole_days;
  const auto count = target.names_.size();
  const bool labels = target.task_ == Task::multilabel;
  if (labels || target.task_ == Task::binary) target.thresholds_.assign(count, 0.5);
  if (!target.is_number()) target.temperatures_.assign(labels ? count : 1, 1.0);
  try {
    target.check();
    if (steps.temperatures) target.set_temperatures(*steps.temperatures);
    if (steps.thresholds) target.set_thresholds(*steps.thresholds);
  } catch (const Error& error) {
    fail(ErrorKind::file, "{}", error.what());
  }
  return target;
}

}  // namespace reszoo
