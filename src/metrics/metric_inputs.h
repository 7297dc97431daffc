// What all metrics ask of their arguments.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

using at::Tensor;

/// The rows to measure, on the CPU. Shape: weight (N) float64.
struct Measured {
  Tensor given, target, weight;
};

/// Both flat (N) float64. Throws: Error (input), see metrics.h; so do the others.
Measured values(const char* metric, const Tensor& prediction, const Tensor& target, const Tensor& weight);

/// Both flat (N) int64.
Measured classes(const char* metric, const Tensor& guess, const Tensor& target, const Tensor& weight);

/// Probabilities as (N, C) float64 and targets as (N) int64.
Measured scored(const char* metric, const Tensor& probability, const Tensor& target, const Tensor& weight);

/// sum(value weight) / sum(weight). Shape: both (N).
double mean(const Tensor& value, const Tensor& weight);

/// The rows that score at least a threshold. Shape: (K) each.
struct Cuts {
  Tensor threshold;  ///< the different scores of rows with a weight, falling
  Tensor hits;       ///< weight of the positive rows taken
  Tensor misses;     ///< weight of the others taken
};

/// Shape: score (N) float64, positive (N) bool, weight (N) float64.
Cuts cuts(const Tensor& score, const Tensor& positive, const Tensor& weight);

}  // namespace reszoo::detail
