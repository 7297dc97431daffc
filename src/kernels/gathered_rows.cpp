#include "kernels/gathered_rows.h"

#include <algorithm>
#include <cstring>

namespace reszoo::kernels {
namespace {

/// A call of memcpy takes longer for the few elements of a narrow layer.
int32_t* copy(const int32_t* from, int64_t count, int32_t* to) {
  constexpr int64_t step = 4;
  if (count > 16 * step) {
    std::memcpy(to, from, static_cast<size_t>(count) * 4);
  } else if (count >= step) {
    for (int64_t i = 0; i < count - step; i += step) std::memcpy(to + i, from + i, 4 * step);
    std::memcpy(to + count - step, from + count - step, 4 * step);  // may be copied twice
  } else {
    std::copy_n(from, count, to);
  }
  return to + count;
}

/// Copies the inputs at the kernel positions of one row.
int32_t* copy_kernel_row(const int32_t* row, const int32_t* zeros, const ConvShape& s, int64_t left, int64_t of_group,
                         int32_t* to) {
  const auto right = left + (s.kernel_columns - 1) * s.dilation_columns;
  if (row && s.groups == 1 && s.dilation_columns == 1 && left >= 0 && right < s.columns)
    return copy(row + left * s.channels, s.kernel_columns * s.channels, to);
  for (int64_t j = 0; j < s.kernel_columns; ++j) {
    const auto column = left + j * s.dilation_columns;
    to = copy(row && column >= 0 && column < s.columns ? row + column * s.channels : zeros, of_group, to);
  }
  return to;
}

}  // namespace

void gather_rows(const int32_t* x, const int32_t* zeros, const ConvShape& s, int64_t group, const Range& pixels,
                 int64_t depth, int32_t* rows) {
  const auto of_group = s.group_channels(), of_image = s.rows * s.columns * s.channels;
  auto column = pixels.first % s.columns_out, row = pixels.first / s.columns_out % s.rows_out;
  x += group * of_group + pixels.first / (s.rows_out * s.columns_out) * of_image;
  for (auto pixel = pixels.first; pixel < pixels.end; ++pixel, rows += depth) {
    auto* to = rows;
    for (int64_t i = 0; i < s.kernel_rows; ++i) {
      const auto y = row * s.stride_rows - s.padding_rows + i * s.dilation_rows;
      const auto* from = y >= 0 && y < s.rows ? x + y * s.columns * s.channels : nullptr;
      to = copy_kernel_row(from, zeros, s, column * s.stride_columns - s.padding_columns, of_group, to);
    }
    std::fill(to, rows + depth, 0);
    if (++column < s.columns_out) continue;
    column = 0;
    if (++row < s.rows_out) continue;
    row = 0;
    x += of_image;
  }
}

}  // namespace reszoo::kernels
