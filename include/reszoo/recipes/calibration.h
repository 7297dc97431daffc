/// Calibrates the probabilities of a trained model.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/infer/model.h"
#include "reszoo/train/dataset.h"
#include "reszoo/train/predict.h"

namespace reszoo {

struct ReportTable;

/// How good the probabilities of some rows are; means over the labels if there are several.
struct CalibrationFigures {
  double log_loss = 0, ece = 0;  ///< see metrics.h
};

/// The probabilities of some rows at the temperature 1, and at those of the target.
struct TemperatureScaling {
  std::vector<double> temperatures = {};
  int64_t rows = 0;
  CalibrationFigures before = {}, after = {};

  /// Returns whether a temperature differs from 1.
  bool is_changed() const;

  /// "temperature 1.31 from 540 rows: log_loss 0.412 to 0.398, ece 0.031 to 0.012".
  std::string line() const;
};

/// Returns the figures of predictions with the target's temperatures and without.
/// Throws: Error (usage) for a target without classes; Error (input) as compute_metrics does.
TemperatureScaling calibration_of(const Target& target, const Predictions& predictions);

/// Fits the temperatures of `model.target` on rows that the network was not trained on, usually the validation rows. No
/// row gets another class. A temperature stays 1 if the rows do not speak against that, see
/// `TemperatureFit::is_significant`: a few rows, or rows that are all right, say nothing about probabilities.
///
/// `fit` does this. Thresholds are chosen afterwards (`choose_thresholds`).
/// Throws: as `calibration_of`.
TemperatureScaling calibrate(Model& model, const Dataset& rows);
/// Does the same with predictions of the rows.
TemperatureScaling calibrate(Model& model, const Predictions& predictions);

/// Returns {"temperature": 1.31, "rows": 540, "log_loss": {"before": …, "after": …}, "ece": {…}}; with several labels
/// "temperature" is a list.
nlohmann::ordered_json to_json(const TemperatureScaling& calibration);

/// Adds "calibration" to metrics in JSON if the probabilities of the target are calibrated.
void add_calibration(nlohmann::ordered_json& metrics, const Target& target, const Predictions& predictions);

/// Returns a table for a report, with a row for each named set of rows.
ReportTable report_table(const std::vector<std::pair<std::string, TemperatureScaling>>& parts);

}  // namespace reszoo
