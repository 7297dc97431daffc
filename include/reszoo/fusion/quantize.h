/// Post-training quantization to 8-bit integers.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/nn/network.h"

namespace reszoo {

/// The smallest and the largest value of a tensor.
struct ValueRange {
  float min = 0, max = 0;
};

/// The data that a fused network needs to compute in int8.
struct Quantization {
  std::vector<std::string> layers = {};  ///< keys of the convolutions and linear layers that use int8
  /// Value ranges of the results of fused operations, by the layer's key and what was fused into it:
  /// "layer1.0.conv1+layer1.0.bn1+relu".
  std::map<std::string, ValueRange> ranges = {};

  bool empty() const { return layers.empty(); }
};

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

/// `has_fast_int8`: whether int8 is faster than float32 on this processor, which is the case from AVX2 on. Without VNNI
/// instructions (AVX-512) activations use 7 bits instead of 8, because sums of two products would not fit into 16 bits.
/// `has_fast_bfloat16`: the same for bfloat16, which needs AMX on Intel's processors and AVX-512 BF16 on others.
bool has_fast_int8();
bool has_fast_bfloat16();

}  // namespace reszoo
