/// Matrix products for training steps: many rows, few columns.
#pragma once
#include <cstdint>

namespace reszoo::kernels {

/// A matrix with its strides, so that a transposed matrix needs no copy.
struct Factor {
  const float* data;
  int64_t row_stride, column_stride;
};

struct ProductShape {
  int64_t rows, columns, depth;
  bool add = false;      ///< whether the product is added to c
  int64_t stride = 0;    ///< floats between the rows of c; 0: it is dense
  int64_t b_stride = 0;  ///< the same of b
};

/// c (rows, columns) = a (rows, depth) times b (depth, columns). b and c are row-major.
///
/// Differs: from a BLAS, which packs both factors and clears c first. With the few columns of a tabular network that
/// costs a sixth of the product's time.
void multiply(const Factor& a, const float* b, float* c, const ProductShape& shape);

/// The same for few columns, of a dense a and from b's transpose (columns, depth), plus a bias (columns).
void multiply_few_columns(const float* a, const float* b, const float* bias, float* c, const ProductShape& shape);

/// Transposes rows [first, last) of the matrix (rows, columns) to columns [first, last) of out (columns, rows). Both
/// are dense.
void transpose(const float* matrix, int64_t rows, int64_t columns, int64_t first, int64_t last, float* out);

}  // namespace reszoo::kernels
