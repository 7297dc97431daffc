/// Converts weights to int8 and back.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Weights in int8, from -127 to 127, with a float32 scale for each output: weight = values * scale.
///
/// Shape: `values` (O, ...), `scale` (O).
struct QuantizedWeight {
  Tensor values, scale;

  /// Quantizes weights. The scale of an output is its largest absolute weight / 127.
  static QuantizedWeight of(const Tensor& weight);
  /// Returns the weights in float32. `of` returns the same `values` for them again, even if outputs were scaled in
  /// between.
  Tensor weight() const;
};

/// Converts the weights of `layers` to int8 and adds their scales: "conv1.weight" and "conv1.weight_scale".
StateDict quantized(const StateDict& weights, const std::vector<std::string>& layers);

/// Converts int8 weights back to float32, with `spill` in temporary files (see `LoadOptions::assign`).
/// Throws: Error (file), which names `source`, if a scale is missing or has the wrong shape.
StateDict dequantized(const StateDict& weights, const std::string& source, bool spill = false);

}  // namespace reszoo
