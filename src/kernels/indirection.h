/// Pointers to the inputs that are multiplied with a layer's weights. Nothing is copied.
/// Source: the indirect convolution algorithm of XNNPACK; Dukhan 2019, arXiv:1907.02129.
#pragma once
#include <algorithm>
#include <vector>

#include "kernels/conv_shape.h"

namespace reszoo::kernels {

/// Rows of a register tile; up to twice as many where panels have only one vector.
constexpr int64_t kTileRows = 6, kMostRows = 2 * kTileRows;

/// Rows that are multiplied with the same weights, in tiles of up to `tile_rows`. There is one pointer per tile,
/// segment of the sum and row.
struct IndirectionBuffer {
  int64_t segments = 1;  ///< pieces of a row, `length` elements each
  int64_t length = 0;
  int64_t tile_rows = kTileRows;            ///< kMostRows if all panels have one vector
  int64_t count = 0;                        ///< number of rows
  std::vector<const float*> pointers = {};  ///< [tile][segment][kMostRows]

  int64_t tiles() const { return (count + tile_rows - 1) / tile_rows; }
  /// Returns the first row of a tile. Tiles are as equal in size as possible, the larger ones first.
  int64_t first_row(int64_t tile) const { return tile * (count / tiles()) + std::min(tile, count % tiles()); }
  const float** tile(int64_t i) { return pointers.data() + i * segments * kMostRows; }
  const float* const* tile(int64_t i) const { return pointers.data() + i * segments * kMostRows; }
  void resize() { pointers.resize(static_cast<size_t>(tiles() * segments * kMostRows)); }
};

/// Whether the inputs of a kernel row are contiguous in memory, so that they are one segment.
inline bool rows_contiguous(const ConvShape& s) {
  return s.groups == 1 && s.padding_rows == 0 && s.padding_columns == 0 &&
         (s.dilation_columns == 1 || s.kernel_columns == 1);
}

/// Writes the pointers of one output pixel. Pointers outside the image point to `zeros`.
inline void fill_pixel(const float* image, const float* zeros, const ConvShape& s, int64_t row, int64_t column,
                       const float** to) {
  const auto top = row * s.stride_rows - s.padding_rows, left = column * s.stride_columns - s.padding_columns;
  if (rows_contiguous(s)) {
    for (int64_t i = 0; i < s.kernel_rows; ++i, to += kMostRows)
      *to = image + ((top + i * s.dilation_rows) * s.columns + left) * s.channels;
    return;
  }
  for (int64_t i = 0; i < s.kernel_rows; ++i) {
    const auto y = top + i * s.dilation_rows;
    for (int64_t j = 0; j < s.kernel_columns; ++j, to += kMostRows) {
      const auto at = left + j * s.dilation_columns;
      const bool inside = y >= 0 && y < s.rows && at >= 0 && at < s.columns;
      *to = inside ? image + (y * s.columns + at) * s.channels : zeros;
    }
  }
}

/// Whether each output pixel is the product of the input pixel at the same index: a linear layer.
inline bool is_pointwise(const ConvShape& s) {
  return s.kernel_rows == 1 && s.kernel_columns == 1 && s.groups == 1 && s.rows == s.rows_out &&
         s.columns == s.columns_out && s.padding_rows == 0 && s.padding_columns == 0;
}

/// Writes the pointers of all rows, which are the output pixels from `first` on.
inline void fill_indirection(IndirectionBuffer& buffer, const float* x, const float* zeros, const ConvShape& s,
                             int64_t first) {
  const bool pointwise = is_pointwise(s);
  const auto of_image = s.rows_out * s.columns_out;
  auto column = first % s.columns_out, row = first / s.columns_out % s.rows_out;
  const auto* image = x + first / of_image * s.rows * s.columns * s.channels;
  for (int64_t tile = 0; tile < buffer.tiles(); ++tile) {
    const auto begin = buffer.first_row(tile), end = buffer.first_row(tile + 1);
    auto** to = buffer.tile(tile);
    for (int64_t at = begin; at < end; ++at, ++to) {
      if (pointwise) {
        *to = x + (first + at) * s.channels;
        continue;
      }
      fill_pixel(image, zeros, s, row, column, to);
      if (++column < s.columns_out) continue;
      column = 0;
      if (++row < s.rows_out) continue;
      row = 0;
      image += s.rows * s.columns * s.channels;
    }
  }
}

}  // namespace reszoo::kernels
