/// The matrices of a k-ensemble's members: one shared matrix with a member's scales of its rows and columns.
#pragma once
#include <cstdint>

namespace reszoo::kernels {

/// A matrix of one member: weight[r][c] * of_rows[r] * of_columns[c].
struct MemberMatrix {
  const float* weight;  ///< (rows, columns), shared by all members
  const float *of_rows, *of_columns;
  int64_t rows, columns;
};

/// Writes the matrix to out (rows, columns).
void write_member_matrix(const MemberMatrix& matrix, float* out);

/// A norm y = x * gain + shift of the columns that enter a matrix. `bias_gradient` (rows) is the gradient of the bias
/// that is added to the product.
struct MatrixNorm {
  const float *gain, *shift, *bias_gradient;
};

/// Where the gradients of a member's scales go. Those of the norm may be nullptr if there is none.
struct MemberGradients {
  float *of_rows, *of_columns, *gain, *shift;
};

/// Takes apart the gradient of a member's matrix: overwrites it with the member's share of the gradient of the shared
/// weight, and writes the gradients of its scales.
///
/// `gradient` belongs to the matrix that multiplies the columns before `norm`, that is, the member's matrix times the
/// gain of each column; `norm` may be nullptr.
void split_member_gradient(const MemberMatrix& matrix, const MatrixNorm* norm, float* gradient,
                           const MemberGradients& out);

/// out[i] = the sum of parts[member * size + i] over the members, for i in [begin, end).
void sum_members(const float* parts, int64_t members, int64_t size, int64_t begin, int64_t end, float* out);

}  // namespace reszoo::kernels
