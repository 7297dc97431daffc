/// The first product of a tabular network as sums of rows of a matrix.
#pragma once
#include <cstdint>

namespace reszoo::kernels {

/// Rows of a table whose columns each select rows of a matrix: a category one, a number the two of the knots around it,
/// which it weights by 1 - fraction and fraction. This is what a one-hot encoding, or a piecewise linear embedding,
/// times the matrix gives.
///
/// Numbers come first. `columns` counts both.
struct SelectedRows {
  int64_t rows = 0, numbers = 0, columns = 0;
  const int32_t* index = nullptr;   ///< (rows, columns): the matrix's row, for a number that of the lower knot
  const float* fraction = nullptr;  ///< (rows, numbers)

  // The same by column, and within a column by the matrix's row.
  const int32_t* order = nullptr;           ///< (columns, rows): the table's row
  const float* ordered_fraction = nullptr;  ///< (numbers, rows)
  const int32_t* begins = nullptr;  ///< the place in `order` where each row of the matrix begins, and the last end
  const int32_t* starts = nullptr;  ///< the matrix's first row of each column, and the last end
};

/// out (rows, width) += the sum of the selected rows of `matrix`.
void add_selected_rows(const SelectedRows& selected, const float* matrix, float* out, int64_t width);

/// Writes the gradient of the matrix, where g (rows, width) is that of out.
void selected_rows_backward(const SelectedRows& selected, const float* g, float* gradient, int64_t width);

}  // namespace reszoo::kernels
