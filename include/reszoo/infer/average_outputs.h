/// Averages the predictions of networks.
#pragma once
#include "reszoo/preprocess/target.h"

namespace reszoo {

/// Averages outputs of k networks, or of k networks in one, so that the prediction of the result is the weighted mean
/// of their predictions: of values, of expected counts, or of probabilities, as Target averages them.
///
/// Shape: outputs (N, k, outputs), or (N, outputs) for k = 1; weights (k) float64, above 0, only their ratios count,
/// undefined if they are the same; returns (N, outputs).
/// Throws: Error (input) for another number of weights, or one that is not above 0.
Tensor average_outputs(const Target& target, const Tensor& outputs, const Tensor& weights = {});

}  // namespace reszoo
