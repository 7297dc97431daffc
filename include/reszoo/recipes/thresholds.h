/// Tunes decision thresholds on validation rows.
#pragma once
#include <string_view>

#include "reszoo/infer/model.h"
#include "reszoo/metrics/curves.h"
#include "reszoo/train/dataset.h"
#include "reszoo/train/predict.h"

namespace reszoo {

/// Parses `f1`, `balanced_accuracy` or `accuracy`.
/// Throws: Error (usage) for any other text.
ThresholdMetric parse_threshold_metric(std::string_view text);

/// Checks that the target has decision thresholds.
/// Throws: Error (usage) for regression, and for more than two classes.
void require_thresholds(const Target& target);

/// Chooses the thresholds with the best metric on these rows. A threshold is the probability from which a binary model
/// predicts the second class, or a multilabel model predicts a label. The thresholds are stored in `model.target`.
/// Throws: as require_thresholds does.
void choose_thresholds(Model& model, const Dataset& rows, ThresholdMetric metric);
/// Chooses them for predictions, for instance those that fit_best gives out of fold.
void choose_thresholds(Model& model, const Predictions& predictions, ThresholdMetric metric);

}  // namespace reszoo
