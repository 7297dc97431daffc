/// Elementwise passes for training tabular networks, on float32 rows.
#pragma once
#include <cstdint>

#include "kernels/batch_norm.h"

namespace reszoo::kernels {

/// Decides which values a dropout drops. The decision depends only on the key, the row and the column, so it is the
/// same for every thread, order and instruction set.
///
/// An element is dropped if its 16 random bits are below `threshold`. The others are multiplied by `scale` = 1 / (1 -
/// probability).
struct DropoutMask {
  uint32_t before, between;  ///< the key: added to the index, and xored in after the first round
  uint32_t threshold;        ///< probability * 2^16; 0: nothing is dropped
  float scale;

  /// Creates the mask of one layer in one step of a run.
  DropoutMask(double probability, uint64_t seed, int64_t step, int64_t layer);
};

/// Consecutive rows of a matrix.
struct Rows {
  int64_t first;  ///< index of the first row in the whole matrix
  int64_t count;
  int64_t width;
  /// The member of a k-ensemble whose rows they are, and k. To a dropout, row n of member i is row n * k + i.
  int64_t member = 0, members = 1;
};

// `sum` has one float64 per column and is added to. Pointers point to the first of the `rows`.

/// out = y + bias; sum += out. In this function and those below, out may be y.
void add_bias(const float* y, const float* bias, float* out, double* sum, const Rows& rows);

/// sum += (y - mean)^2.
void add_squared_deviations(const float* y, const float* mean, double* sum, const Rows& rows);

/// out = (x - mean) * scale.
void normalize(const float* x, const float* mean, const float* scale, float* out, const Rows& rows);

/// out = dropout(relu(y + bias)).
void relu_dropout(const float* y, const float* bias, const DropoutMask& mask, float* out, const Rows& rows);

/// out = x + dropout(y + bias); sum += out. out may be x as well.
void add_residual(const float* y, const float* bias, const float* x, const DropoutMask& mask, float* out, double* sum,
                  const Rows& rows);

/// out = g * mask.scale where the mask keeps the element, else 0; sum += out.
void dropout_backward(const float* g, const DropoutMask& mask, float* out, double* sum, const Rows& rows);

/// sum += g.
void add_columns(const float* g, double* sum, const Rows& rows);

/// out = g * scale where `activation` is above 0, else 0; sum += out. out may be g.
void relu_backward(const float* g, const float* activation, float scale, float* out, double* sum, const Rows& rows);

/// sum += g; product += g * (x - mean).
void add_products(const float* g, const float* x, const float* mean, double* sum, double* product, const Rows& rows);

/// out = residual + the gradient of the norm's input. `residual` may be nullptr; out may be g or the residual.
void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows);

}  // namespace reszoo::kernels
