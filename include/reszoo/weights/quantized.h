/// Weights as whole numbers of 8 bits.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state.h"

namespace reszoo {

/// Weights (O, …) as int8 from -127 to 127, and the scale of each output (O), float32: weight = values * scale.
struct QuantizedWeight {
  Tensor values, scale;

  /// The scale of an output is its largest weight / 127.
  static QuantizedWeight of(const Tensor& weight);
  /// float32. `of` makes the same values of it once more, also if outputs were scaled in between.
  Tensor weight() const;
};

/// The weights of `layers` as int8, their scales beside them: "conv1.weight" and "conv1.weight_scale".
State quantized(const State& weights, const std::vector<std::string>& layers);

/// Puts float32 weights in the place of those that are int8.
/// Throws: Error (file) that names `source` if a scale is missing or does not fit.
State dequantized(const State& weights, const std::string& source);

}  // namespace reszoo
