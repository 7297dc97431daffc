/// What is done to the sums of an operation before they are stored.
#pragma once
#include <cmath>
#include <cstdint>

namespace reszoo::kernels {

/// Elementwise activations, as LibTorch's functions of the same names; `gelu` is the exact one, by erf.
enum class Activation : uint8_t { none, relu, relu6, sigmoid, silu, gelu, hard_swish };

/// y = activation(sum + bias + residual). `bias` (C) has a value for each channel; `residual` has the output's shape
/// and may be the output itself. Both pointers may be null.
struct Epilogue {
  const float* bias = nullptr;
  const float* residual = nullptr;
  Activation activation = Activation::none;
};

/// Whether an activation is more than a lower bound: `activate` then follows what was stored.
constexpr bool needs_activate(Activation activation) { return activation > Activation::relu; }

/// The lower bound that kernels keep results to while these are in registers.
inline float lower_bound(Activation activation) { return activation == Activation::relu ? 0.0f : -HUGE_VALF; }

/// y = activation(y) for `rows` rows of `columns` floats, each `stride` floats after the one before. NaN stays NaN.
///
/// GELU and sigmoid differ from the exact values by less than 5e-7 of the larger of these and 1.
void activate(Activation activation, float* y, int64_t rows, int64_t columns, int64_t stride);

/// All of the epilogue on what is stored: y (rows, channels), dense. `residual` begins where y does.
void apply_epilogue(const Epilogue& epilogue, float* y, int64_t rows, int64_t channels);

/// y = activation(a + b) for `count` elements; y may be a or b.
void add(const float* a, const float* b, Activation activation, float* y, int64_t count);

}  // namespace reszoo::kernels
