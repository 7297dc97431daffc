/// The moving average of a network's weights.
#pragma once
#include <torch/nn/module.h>

#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// average += (1 - d) (weights - average) after each step, d the smaller of `decay`
/// and (1 + t) / (10 + t) at step t: a young average forgets faster. It has the effect of
/// a falling learning rate without knowing the length of the run.
///
/// Parameters and floating buffers are averaged, other buffers copied. Nothing
/// is with_sampling_weights from a random generator.
///
/// Source: Polyak and Juditsky 1992; the warm-up is TensorFlow's
/// ExponentialMovingAverage.
class ExponentialMovingAverage {
 public:
  /// Begins with the module's weights. The module must outlive this.
  ExponentialMovingAverage(const torch::nn::Module& module, double decay);

  /// Updates the average with the weights as they are now; `step` counts from 0.
  void update(int64_t step);

  /// The average by key; its tensors are shared with this.
  const StateDict& state() const { return average_; }

  /// Replaces the average by copies. Throws: Error (input) for keys that do not fit.
  void load(const StateDict& state);

 private:
  double decay_;
  StateDict average_;
  // Twins of `average_`'s tensors and the module's, floating ones and others.
  std::vector<at::Tensor> averages_, weights_, copies_, originals_;
};

}  // namespace reszoo
