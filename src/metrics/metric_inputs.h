// Checks and converts the arguments of metrics.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

using at::Tensor;

/// The rows to evaluate, on the CPU. Shape: weight (N) float64.
struct Measured {
  Tensor given, target, weight;
};

/// Returns both as flat (N) float64. Throws: Error (input), see metrics.h; so do the others.
Measured values(const char* metric, const Tensor& prediction, const Tensor& target, const Tensor& weight);

/// Returns both as flat (N) int64.
Measured classes(const char* metric, const Tensor& guess, const Tensor& target, const Tensor& weight);

/// Returns probabilities as (N, C) float64 and targets as (N) int64.
Measured scored(const char* metric, const Tensor& probability, const Tensor& target, const Tensor& weight);

/// Returns sum(value weight) / sum(weight). Shape: both (N).
double mean(const Tensor& value, const Tensor& weight);

/// The confusion counts at each threshold. Shape: (K) each.
struct Cuts {
  Tensor threshold;  ///< the distinct scores of rows with a weight, descending
  Tensor hits;       ///< weight of the positive rows that score at least the threshold
  Tensor misses;     ///< weight of the negative rows that score at least the threshold
};

/// Computes the cuts. Shape: score (N) float64, positive (N) bool, weight (N) float64.
Cuts cuts(const Tensor& score, const Tensor& positive, const Tensor& weight);

}  // namespace reszoo::detail
