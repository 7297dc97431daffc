/// Embedding of the numbers of a table, as nn/piecewise_linear.h defines it.
#pragma once
#include <cstdint>

namespace reszoo::kernels {

/// Piecewise linear embeddings of several columns, float32, dense. A value x has a fraction of each bin, e_j =
/// min(max(slope_j * x + offset_j, lower_j), upper_j), and becomes line * x + line_shift + relu(sum of e_j * matrix_j +
/// shift).
struct PiecewiseColumns {
  int64_t columns = 0, bins = 0, width = 0;
  const float *slope, *offset, *lower, *upper;  ///< (columns, bins)
  const float* matrix;                          ///< (columns, bins, width), finite
  const float* sums;                            ///< (columns, bins + 1, width), see `piecewise_sums`
  const float* shift;                           ///< (columns, width), or nullptr
  const float *line, *line_shift;               ///< (columns, width), or nullptr
  bool relu = false;
};

/// Computes the sums of the first 0, 1, … bins of a matrix (bins, width): sums (bins + 1, width). A value lies above
/// most bins of a column or below them: the sum begins with one of these, and ends with the last fraction above 0. The
/// result has the same bits as the sum over all bins in their order.
void piecewise_sums(const float* matrix, int64_t bins, int64_t width, float* sums);

/// Embeds rows: x has `x_stride` floats a row, of which the first are the columns; y `y_stride`, of which columns *
/// width are written.
void embed_piecewise(const PiecewiseColumns& to, const float* x, int64_t x_stride, float* y, int64_t y_stride,
                     int64_t rows);

}  // namespace reszoo::kernels
