/// Elementwise passes of tabular networks in training, over rows of float32.
#pragma once
#include <cstdint>

#include "kernels/batch_norm.h"

namespace reszoo::kernels {

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

/// The terms of y * scale + bias, which follows a product, with a value for each column. The scale is that of a member
/// of a k-ensemble; nullptr where there is none.
struct Affine {
  const float *scale, *bias;
};

// `sum` has a value for each column and is added to. Pointers point to the first row of the part.

/// out = y * scale + bias; sum += out. Here and below out may be y.
void affine(const float* y, const Affine& terms, float* out, float* sum, const Rows& rows);

/// out = r * x for each member: rows of x (width / members) to rows (width).
void apply_member_scale(const float* x, const float* r, int64_t members, float* out, const Rows& rows);

/// sum += (y - mean)^2.
void add_squared_deviations(const float* y, const float* mean, float* sum, const Rows& rows);

/// out = dropout(relu(y * scale + bias)), times `r` where it is not nullptr.
void relu_dropout(const float* y, const Affine& terms, const DropoutMask& mask, const float* r, float* out,
                  const Rows& rows);

/// out = x + dropout(y * scale + bias); sum += out.
void add_residual(const float* y, const Affine& terms, const float* x, const DropoutMask& mask, float* out, float* sum,
                  const Rows& rows);

/// out = g where the mask keeps, times its scale, else 0; sum += out.
void dropout_backward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows);

/// sum += g.
void add_columns(const float* g, float* sum, const Rows& rows);

/// out = g * scale where `activation` is above 0, else 0; sum += out. out may be g.
void relu_backward(const float* g, const float* activation, float scale, float* out, float* sum, const Rows& rows);

/// Sums of the gradients of a member's parameters, with a value for each column.
struct MemberSums {
  float *bias, *scale, *r;
};

/// The backward of dropout(y * scale + bias): out becomes the gradient of y.
void affine_backward(const float* g, const float* y, const float* scale, const DropoutMask& mask, float* out,
                     const MemberSums& sums, const Rows& rows);

/// The backward of `relu_dropout` with scale and r: g becomes the gradient of y.
void relu_dropout_backward(float* g, const float* y, const Affine& terms, const DropoutMask& mask, const float* r,
                           const MemberSums& sums, const Rows& rows);

/// The backward of `apply_member_scale`: g of rows to `out`, rows of x, unless it is nullptr.
void apply_member_scale_backward(const float* g, const float* x, const float* r, int64_t members, float* out,
                                 float* sum, const Rows& rows);

/// sum += g; product += g * (x - mean).
void add_products(const float* g, const float* x, const float* mean, float* sum, float* product, const Rows& rows);

/// out = residual + the gradient of the norm's input; residual may be nullptr.
void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows);

}  // namespace reszoo::kernels
