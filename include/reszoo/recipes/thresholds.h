/// Decision thresholds chosen by validation rows.
#pragma once
#include <string_view>

#include "reszoo/infer/model.h"
#include "reszoo/metrics/curves.h"
#include "reszoo/train/dataset.h"

namespace reszoo {

/// Reads `f1`, `balanced_accuracy` or `accuracy`. Throws: Error (usage) for any other text.
ThresholdMetric parse_threshold_metric(std::string_view text);

/// Throws: Error (usage) for a target that decides by no threshold: of numbers, or of more than two classes.
void require_thresholds(const Target& target);

/// Chooses the probability from which a binary model says the second class, or a multilabel model yes to each label:
/// the one with the best metric on these rows. It becomes part of `model.target`.
/// Throws: as require_thresholds.
void choose_thresholds(Model& model, const Dataset& rows, ThresholdMetric metric);

}  // namespace reszoo
