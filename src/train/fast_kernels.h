/// Passes over rows of float32, one function each: SIMD through Highway, its width
/// chosen at run time.
#pragma once
#include <cstdint>

namespace reszoo::detail {

/// Which values a dropout drops: a function of the key and of the element's number,
/// whatever thread asks, in whatever order.
///
/// An element is dropped where its hash is below `threshold`; the others are
/// multiplied by `scale` = 1 / (1 - probability).
struct DropoutMask {
  uint32_t before, between;  ///< the key: added to the number, and after the first round
  uint32_t threshold;        ///< probability * 2^32; 0: nothing is dropped
  float scale;

  /// Makes the mask of one layer in one step of a run.
  DropoutMask(double probability, uint64_t seed, int64_t step, int64_t layer);
};

/// A part of a matrix, rows one after the other.
struct Rows {
  int64_t first;  ///< number of the first one in the whole matrix
  int64_t count;
  int64_t width;
};

// `sum` has a value a column and is added to. Pointers are to the first row of the part.

/// y += bias; sum += y.
void add_bias(float* y, const float* bias, float* sum, const Rows& rows);

/// sum += (y - mean)^2.
void add_squared_deviations(const float* y, const float* mean, float* sum, const Rows& rows);

/// y = x * scale + shift, with `relu` no less than 0.
void scale_shift(const float* x, const float* scale, const float* shift, bool relu, float* y, const Rows& rows);

/// y = dropout(relu(y + bias)).
void bias_relu_dropout(float* y, const float* bias, const DropoutMask& mask, const Rows& rows);

/// y = x + dropout(y + bias); sum += y.
void add_residual(float* y, const float* x, const float* bias, const DropoutMask& mask, float* sum, const Rows& rows);

/// out = g where the mask keeps, times its scale, else 0; sum += out.
void dropout_backward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows);

/// sum += g.
void add_columns(const float* g, float* sum, const Rows& rows);

/// g = g * scale where `activation` is above 0, else 0; sum += g.
void gate(float* g, const float* activation, float scale, float* sum, const Rows& rows);

/// sum += g; product += g * (x - mean).
void add_products(const float* g, const float* x, const float* mean, float* sum, float* product, const Rows& rows);

/// What the gradient behind a norm becomes before it: gain * g + offset + slope * (x - mean).
struct NormGradient {
  const float *mean, *gain, *offset, *slope;  ///< a value a column
};

/// out = residual + the gradient before the norm; residual may be nullptr.
void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows);

}  // namespace reszoo::detail
