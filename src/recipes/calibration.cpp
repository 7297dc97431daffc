#include "reszoo/recipes/calibration.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/metrics/metrics.h"
#include "reszoo/metrics/temperature.h"
#include "reszoo/recipes/task_metrics.h"
#include "reszoo/report/report.h"

namespace reszoo {
namespace {

CalibrationFigures figures_of(const Target& target, const Predictions& predictions) {
  const auto probability = target.probabilities(predictions.outputs.to(at::kDouble));
  const auto truth = target.truth(predictions.targets);
  const auto error = [](const Tensor& p, const Tensor& t, const Tensor& w) { return calibration_error(p, t, 15, w); };
  if (target.task() == Task::multilabel)
    return {mean_over_targets(log_loss, probability, truth), mean_over_targets(error, probability, truth)};
  return {log_loss(probability, truth), calibration_error(probability, truth)};
}

Target uncalibrated(Target target) {
  target.set_temperatures(std::vector<double>(target.temperatures().size(), 1.0));
  return target;
}

double temperature_of(const TemperatureFit& fit) { return fit.is_significant() ? fit.temperature : 1; }

std::vector<double> fitted_temperatures(const Target& target, const Predictions& predictions) {
  const auto logits = target.logits(predictions.outputs.to(at::kDouble));
  const auto truth = target.truth(predictions.targets);
  if (target.task() == Task::ordinal) return {temperature_of(fit_ordinal_temperature(logits, truth))};
  if (target.task() != Task::multilabel) return {temperature_of(fit_temperature(logits, truth))};
  std::vector<double> temperatures;
  for (int64_t label = 0; label < logits.size(1); ++label)
    temperatures.push_back(temperature_of(fit_temperature(logits.select(1, label), truth.select(1, label))));
  return temperatures;
}

/// Returns the predictions of the rows whose outputs are finite; the others have no probabilities.
Predictions answered(const Predictions& all) {
  const auto kept = all.outputs.flatten(1).isfinite().all(1).nonzero().squeeze(1);
  return {all.outputs.index_select(0, kept), all.targets.index_select(0, kept), all.rows.index_select(0, kept)};
}

std::string temperatures_text(const TemperatureScaling& calibration) {
  return fmt::format("{:.3g}", fmt::join(calibration.temperatures, ", "));
}

}  // namespace

bool TemperatureScaling::is_changed() const {
  return std::any_of(temperatures.begin(), temperatures.end(), [](double t) { return t != 1; });
}

std::string TemperatureScaling::line() const {
  if (!is_changed())
    return fmt::format("temperature 1: {} rows do not speak against the probabilities as they are", rows);
  return fmt::format("temperature {} from {} rows: log_loss {:.4g} to {:.4g}, ece {:.3g} to {:.3g}",
                     temperatures_text(*this), rows, before.log_loss, after.log_loss, before.ece, after.ece);
}

TemperatureScaling calibration_of(const Target& target, const Predictions& predictions) {
  if (target.is_number())
    fail(ErrorKind::usage, "calibration: needs classes, {} is of task={}", target.name(), text_of(target.task()));
  const auto usable = answered(predictions);
  TemperatureScaling calibration{.temperatures = target.temperatures(), .rows = usable.targets.size(0)};
  if (calibration.rows == 0) return calibration;
  calibration.after = figures_of(target, usable);
  calibration.before = calibration.is_changed() ? figures_of(uncalibrated(target), usable) : calibration.after;
  return calibration;
}

TemperatureScaling calibrate(Model& model, const Dataset& rows) { return calibrate(model, predict_rows(model, rows)); }

TemperatureScaling calibrate(Model& model, const Predictions& predictions) {
  auto& target = *model.target;
  if (!target.is_number()) target.set_temperatures(fitted_temperatures(target, answered(predictions)));
  return calibration_of(target, predictions);
}

nlohmann::ordered_json to_json(const TemperatureScaling& calibration) {
  using nlohmann::ordered_json;
  const auto& each = calibration.temperatures;
  const auto& [before, after] = std::pair(calibration.before, calibration.after);
  return {{"temperature", each.size() == 1 ? ordered_json(each.front()) : ordered_json(each)},
          {"rows", calibration.rows},
          {"log_loss", {{"before", before.log_loss}, {"after", after.log_loss}}},
          {"ece", {{"before", before.ece}, {"after", after.ece}}}};
}

void add_calibration(nlohmann::ordered_json& metrics, const Target& target, const Predictions& predictions) {
  if (target.is_number()) return;
  if (const auto calibration = calibration_of(target, predictions); calibration.is_changed())
    metrics["calibration"] = to_json(calibration);
}

ReportTable report_table(const std::vector<std::pair<std::string, TemperatureScaling>>& parts) {
  ReportTable table{.title = "Calibration",
                    .introduction = "",
                    .header = {"rows", "log_loss before", "log_loss", "ece before", "ece"},
                    .rows = {}};
  for (const auto& [name, calibration] : parts) {
    const auto number = [](double value) { return fmt::format("{:.4g}", value); };
    table.introduction = fmt::format("Probabilities before and after calibration by the temperature {}.",
                                     temperatures_text(calibration));
    table.rows.push_back({name, number(calibration.before.log_loss), number(calibration.after.log_loss),
                          number(calibration.before.ece), number(calibration.after.ece)});
  }
  return table;
}

}  // namespace reszoo
