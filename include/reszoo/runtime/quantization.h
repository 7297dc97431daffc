/// What a network needs to compute in 8-bit integers.
#pragma once
#include <map>
#include <string>
#include <vector>

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

/// `has_fast_int8`: whether int8 is faster than float32 on this processor, which is the case from AVX2 on. Without VNNI
/// instructions (AVX-512) activations use 7 bits instead of 8, because sums of two products would not fit into 16 bits.
/// `has_fast_bfloat16`: the same for bfloat16, which needs AMX on Intel's processors and AVX-512 BF16 on others.
bool has_fast_int8();
bool has_fast_bfloat16();

}  // namespace reszoo
