/// Post-training quantization to 8-bit integers.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "reszoo/nn/network.h"
#include "reszoo/runtime/quantization.h"

namespace reszoo {

/// How ranges follow from the values that were observed.
enum class RangeRule : uint8_t {
  average,     ///< the smallest and largest value of each batch, averaged over the batches
  percentile,  ///< without the outermost 0.005 % of the values at either end
  least_error  ///< the range with the least mean squared error of the rounded and clipped values
};

/// Observes the activations of a network while it runs on examples. The network is put into evaluation mode, and must
/// not change until `result` was called.
///
///     Calibration calibration(network);
///     for (const auto& images : some_hundreds) calibration.add(images);
///     const auto fast = fuse(network, {.quantization = calibration.result()});
///
/// Source: Nagel et al., "A White Paper on Neural Network Quantization" (2021), section 3 (arXiv:2106.08295).
class Calibration {
 public:
  /// Throws: Error (device) if the network is not float32 on a CPU; Error (usage) if it has no layer that can be
  /// quantized.
  explicit Calibration(const Network& network);

  /// Runs the network on a batch and records the ranges.
  /// Shape: as the network.
  /// Throws: Error (input) as the network.
  void add(const Tensor& inputs);

  /// Returns the keys and ranges.
  /// Throws: Error (usage) before the first `add`; Error (input) with the name of a layer whose results were not
  /// finite.
  Quantization result(RangeRule rule = RangeRule::average) const;

  /// Shifts biases (or the means of norms) of the layers so that rounding their weights does not move the mean of their
  /// outputs. Call it before the weights are rounded.
  /// Source: the same, section 4.2 (empirical bias correction, from the means of the inputs).
  void correct_biases(const std::vector<std::string>& layers) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace reszoo
