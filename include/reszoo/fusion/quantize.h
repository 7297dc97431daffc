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
  std::vector<std::string> layers =
      {};  ///< keys of the convolutions that use int8: all except those that read the network's input
  /// Value ranges of the results of fused operations, by the layer's key and what was fused into it:
  /// "layer1.0.conv1+layer1.0.bn1+relu".
  std::map<std::string, ValueRange> ranges = {};

  bool empty() const { return layers.empty(); }
};

/// Observes the activations of a network while it runs on examples. The network is put into evaluation mode, and must
/// not change until `result` was called.
///
///     Calibration calibration(network);
///     for (const auto& images : some_hundreds) calibration.add(images);
///     const auto fast = fuse(network, {.quantization = calibration.result()});
///
/// The ranges are the smallest and largest value of each batch, averaged over the batches, so that one outlier image
/// does not widen all ranges.
/// Source: Nagel et al., "A White Paper on Neural Network Quantization" (2021), section 3.
class Calibration {
 public:
  /// Throws: Error (device) if the network is not float32 on a CPU; Error (usage) if it has no convolution that can be
  /// quantized.
  explicit Calibration(const Network& network);

  /// Runs the network on a batch and records the ranges.
  /// Shape: as the network.
  /// Throws: Error (input) as the network.
  void add(const Tensor& inputs);

  /// Returns the keys and ranges.
  /// Throws: Error (usage) before the first `add`; Error (input) with the name of a layer whose results were not
  /// finite.
  Quantization result() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// `has_fast_int8`: whether int8 is faster than float32 on this processor, which is the case from AVX2 on. Without VNNI
/// instructions (AVX-512) activations use 7 bits instead of 8, because sums of two products would not fit into 16 bits.
/// `has_fast_bfloat16`: the same for bfloat16, which needs AVX-512 BF16.
bool has_fast_int8();
bool has_fast_bfloat16();

}  // namespace reszoo
