/// The work on the sums of an operation before they are stored.
#pragma once
#include <cmath>
#include <cstdint>

namespace reszoo::kernels {

/// Elementwise activations, as LibTorch's functions of the same names. `gelu` is the exact one (erf).
enum class Activation : uint8_t { none, relu, relu6, sigmoid, silu, gelu, hard_swish };

/// y = activation(sum + bias + residual). `bias` (C) has one value per channel. `residual` has the output's shape and
/// may be the output itself. Both pointers may be null.
struct Epilogue {
  const float* bias = nullptr;
  const float* residual = nullptr;
  Activation activation = Activation::none;
};

/// Whether an activation is more than a lower bound. If so, `activate` runs after the results are stored.
constexpr bool needs_activate(Activation activation) { return activation > Activation::relu; }

/// Returns the lower bound that kernels apply to results in registers.
inline float lower_bound(Activation activation) { return activation == Activation::relu ? 0.0f : -HUGE_VALF; }

/// y = activation(y) for `rows` rows of `columns` floats; `stride` is the distance between rows in floats. NaN stays
/// NaN.
///
/// GELU and sigmoid differ from the exact value v by less than 5e-7 * max(|v|, 1).
void activate(Activation activation, float* y, int64_t rows, int64_t columns, int64_t stride);

/// Applies the whole epilogue in place to y (rows, channels), dense. `residual` points to the element that belongs to
/// y[0].
void apply_epilogue(const Epilogue& epilogue, float* y, int64_t rows, int64_t channels);

/// y = activation(a + b) for `count` elements; y may be a or b.
void add(const float* a, const float* b, Activation activation, float* y, int64_t count);

}  // namespace reszoo::kernels
