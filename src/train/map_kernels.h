/// Passes over feature maps whose channels lie side by side, (rows, channels) of float32: SIMD through
/// Highway, its width chosen at run time. A row is a pixel of an image.
#pragma once
#include <cstdint>

#include "base/map_scale_shift.h"

namespace reszoo::detail {

// Sums have a value a channel and are set.

/// mean = that of the rows, squares = sum of (x - mean)^2.
void map_moments(const float* x, float* mean, float* squares, const MapRows& rows);

/// Which of the gradients behind a ReLU go through it.
struct MapGate {
  enum class Kind { open, by_output, by_input } kind = Kind::open;
  const float* output = nullptr;                        ///< by_output: where this is above 0
  const float *scale = nullptr, *shift = nullptr;       ///< by_input: where x * scale + shift is above 0
};

/// With g' = g behind the gate: sum = that of g', product = that of g' * (x - mean); g' goes to `gated`
/// unless it is nullptr.
void map_gradient_sums(const float* g, const float* x, const MapGate& gate, const float* mean, float* sum,
                       float* product, float* gated, const MapRows& rows);

/// What a gradient behind a norm becomes before it: gain * g' + offset + slope * (x - mean).
struct MapNormGradient {
  const float *mean, *gain, *offset, *slope;  ///< a value a channel
};

void map_norm_backward(const float* g, const float* x, const MapGate& gate, const MapNormGradient& norm, float* out,
                       const MapRows& rows);

}  // namespace reszoo::detail
