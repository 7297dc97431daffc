/// Elementwise passes for training tabular networks, on float32 rows.
#pragma once
#include <cstdint>

#include "kernels/batch_norm.h"

namespace reszoo::kernels {

/// Decides which values a dropout drops. The decision depends only on the key and the element's index, so it is the
/// same for every thread and order.
///
/// An element is dropped if its hash is below `threshold`. The others are multiplied by `scale` = 1 / (1 -
/// probability).
struct DropoutMask {
  uint32_t before, between;  ///< the key: added to the index, and xored in after the first round
  uint32_t threshold;        ///< probability * 2^32; 0: nothing is dropped
  float scale;

  /// Creates the mask of one layer in one step of a run.
  DropoutMask(double probability, uint64_t seed, int64_t step, int64_t layer);
};

/// Consecutive rows of a matrix.
struct Rows {
  int64_t first;  ///< index of the first row in the whole matrix
  int64_t count;
  int64_t width;
};

/// The terms of y * scale + bias after a matrix product, one value per column each. `scale` belongs to the members of a
/// k-ensemble; it is nullptr if there is none.
struct Affine {
  const float *scale, *bias;
};

// `sum` has one value per column and is added to. Pointers point to the first of the `rows`.

/// out = y * scale + bias; sum += out. In this function and those below, out may be y.
void affine(const float* y, const Affine& terms, float* out, float* sum, const Rows& rows);

/// out = r * x for each member: rows of x have width / members values, rows of out `width`.
void apply_member_scale(const float* x, const float* r, int64_t members, float* out, const Rows& rows);

/// sum += (y - mean)^2.
void add_squared_deviations(const float* y, const float* mean, float* sum, const Rows& rows);

/// out = dropout(relu(y * scale + bias)), times `r` unless that is nullptr.
void relu_dropout(const float* y, const Affine& terms, const DropoutMask& mask, const float* r, float* out,
                  const Rows& rows);

/// out = x + dropout(y * scale + bias); sum += out.
void add_residual(const float* y, const Affine& terms, const float* x, const DropoutMask& mask, float* out, float* sum,
                  const Rows& rows);

/// out = g * mask.scale where the mask keeps the element, else 0; sum += out.
void dropout_backward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows);

/// sum += g.
void add_columns(const float* g, float* sum, const Rows& rows);

/// out = g * scale where `activation` is above 0, else 0; sum += out. out may be g.
void relu_backward(const float* g, const float* activation, float scale, float* out, float* sum, const Rows& rows);

/// Sums for the gradients of a member's parameters, one value per column each.
struct MemberSums {
  float *bias, *scale, *r;
};

/// The backward pass of dropout(y * scale + bias): writes the gradient of y to out.
void affine_backward(const float* g, const float* y, const float* scale, const DropoutMask& mask, float* out,
                     const MemberSums& sums, const Rows& rows);

/// The backward pass of `relu_dropout` with scale and r: overwrites g with the gradient of y.
void relu_dropout_backward(float* g, const float* y, const Affine& terms, const DropoutMask& mask, const float* r,
                           const MemberSums& sums, const Rows& rows);

/// The backward pass of `apply_member_scale`: writes the gradient of x to `out`, unless that is nullptr.
void apply_member_scale_backward(const float* g, const float* x, const float* r, int64_t members, float* out,
                                 float* sum, const Rows& rows);

/// sum += g; product += g * (x - mean).
void add_products(const float* g, const float* x, const float* mean, float* sum, float* product, const Rows& rows);

/// out = residual + the gradient of the norm's input. `residual` may be nullptr.
void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows);

}  // namespace reszoo::kernels
