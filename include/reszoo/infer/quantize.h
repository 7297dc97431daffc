/// Inference in whole numbers of 8 bits, after training.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reszoo/nn/network.h"

namespace reszoo {

/// The least and the largest number of a map.
struct ValueRange {
  float least = 0, most = 0;
};

/// What a fused network must know to compute in 8 bits.
struct Quantization {
  std::vector<std::string> layers = {};  ///< convolutions that do, by their keys: all but those that read the input
  /// Of the results of fused operations, by their keys and what became part of them:
  /// "layer1.0.conv1+layer1.0.bn1+relu".
  std::map<std::string, ValueRange> ranges = {};

  bool empty() const { return layers.empty(); }
};

/// Watches the maps of a network that runs on examples. The network is put into evaluation mode, and must not change until
/// the end.
///
///     Calibration calibration(network);
///     for (const auto& images : some_hundreds) calibration.add(images);
///     const auto fast = fuse(network, {.quantization = calibration.result()});
///
/// The ranges are those of Nagel et al., "A White Paper on Neural Network Quantization" (2021), section 3: the least
/// and largest of each batch, averaged over the batches, so that one image does not widen them for all.
class Calibration {
 public:
  /// Throws: Error (device) if the network is not float32 on a CPU; Error (usage) if it has no convolution that could
  /// be quantized.
  explicit Calibration(const Network& network);

  /// Shape: as the network. Throws: Error (input) as the network.
  void add(const Tensor& inputs);

  /// Throws: Error (usage) before the first `add`; Error (input) that names a layer whose results were not finite.
  Quantization result() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Whether int8 is faster than float32 on this processor, as it is from AVX2 on. Without VNNI instructions (AVX-512)
/// maps have 7 bits, not 8: sums of two products would not fit into 16 bits. And whether bfloat16 is (AVX-512 BF16).
bool has_fast_int8();
bool has_fast_bfloat16();

}  // namespace reszoo
