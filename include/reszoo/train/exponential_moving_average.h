/// Exponential moving average (EMA) of a network's weights.
#pragma once
#include <torch/nn/module.h>

#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// After each step: average += (1 - d) (weights - average), where d is the smaller of `decay` and (1 + t) / (10 + t) at
/// step t, so that the average forgets faster at the start. The effect is that of a falling learning rate, without
/// knowing the length of the run.
///
/// Parameters and floating-point buffers are averaged, other buffers are copied. No random numbers are used.
///
/// Source: Polyak and Juditsky 1992; the warm-up is that of TensorFlow's ExponentialMovingAverage.
class ExponentialMovingAverage {
 public:
  /// Starts with the module's weights. The module must outlive the average.
  ExponentialMovingAverage(const torch::nn::Module& module, double decay);

  /// Updates the average with the current weights; `step` counts from 0.
  void update(int64_t step);

  /// Returns the average by key; the tensors are shared with this object.
  const StateDict& state() const { return average_; }

  /// Replaces the average by copies.
  /// Throws: Error (input) for keys that do not fit.
  void load(const StateDict& state);

 private:
  double decay_;
  StateDict average_;
  // Corresponding tensors of `average_` and of the module: floating-point ones (averages_, weights_) and others
  // (copies_, originals_).
  std::vector<at::Tensor> averages_, weights_, copies_, originals_;
};

}  // namespace reszoo
