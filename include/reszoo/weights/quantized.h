/// Weights in int8.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Weights (O, ...) in int8, from -127 to 127, and a float32 scale for each output (O): weight = values * scale.
struct QuantizedWeight {
  Tensor values, scale;

  /// The scale of an output is its largest weight / 127.
  static QuantizedWeight of(const Tensor& weight);
  /// The weights in float32. `of` returns the same values for them again, also if outputs were scaled in between.
  Tensor weight() const;
};

/// Converts the weights of `layers` to int8 and adds their scales: "conv1.weight" and "conv1.weight_scale".
StateDict quantized(const StateDict& weights, const std::vector<std::string>& layers);

/// Converts int8 weights back to float32.
/// Throws: Error (file) that names `source` if a scale is missing or does not fit.
StateDict dequantized(const StateDict& weights, const std::string& source);

}  // namespace reszoo
