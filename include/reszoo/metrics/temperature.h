/// Fits the temperature that calibrates the probabilities of a classifier.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo {

using at::Tensor;

/// The range in which a temperature is searched.
inline constexpr double kLeastTemperature = 0.05, kMostTemperature = 20;

/// The temperature with the least log loss on some rows.
struct TemperatureFit {
  double temperature = 1;
  double before = 0, after = 0;  ///< mean log loss of the rows in nats, at the temperature 1 and at this one
  int64_t rows = 0;              ///< those that were used

  /// Returns whether the rows speak against the temperature 1: the likelihood-ratio test with one degree of freedom
  /// rejects it at the level of 5 %.
  bool is_significant() const { return 2 * static_cast<double>(rows) * (before - after) > 3.84; }
};

/// Fits T in softmax(logits / T) by minimising the mean log loss, which is convex in 1 / T. If the true class of every
/// row has the largest logit, there is no minimum, and T is 1. Otherwise it is within the range above.
///
/// Shape: logits (N, C), target (N) of class numbers. Or logits (N) of class 1 of two (log-odds), target (N) of 0 and
/// 1. Rows with NaN or infinite logits are left out.
/// Throws: Error (input) for other shapes and classes.
/// Source: Guo et al. 2017, arXiv:1706.04599, section 4.2.
TemperatureFit fit_temperature(const Tensor& logits, const Tensor& target);

/// Fits T for ordered classes, where sigmoid(logits / T) are the probabilities of y > 0, y > 1, …. This log loss is
/// convex in 1 / T too.
///
/// Shape: logits (N, C - 1), descending in each row; target (N).
TemperatureFit fit_ordinal_temperature(const Tensor& logits, const Tensor& target);

}  // namespace reszoo
