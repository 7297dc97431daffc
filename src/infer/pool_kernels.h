/// Pooling of maps by pixel: SIMD through Highway, its width chosen at run time.
#pragma once
#include <cstdint>

namespace reszoo::detail {

/// Maps by pixel, channels side by side: (N, H, W, C) to (N, H', W', C).
struct PoolShape {
  int64_t images, rows, columns, channels;
  int64_t rows_out, columns_out;
  int64_t kernel_rows, kernel_columns;
  int64_t stride_rows, stride_columns;
  int64_t padding_rows = 0, padding_columns = 0;
  bool counts_padding = false;  ///< whether an average divides by pixels of the padding too
};

/// Rows [first, end) of the output, numbered over all images. A window sees the input alone, never the padding.
void pool_maximum(const float* x, const PoolShape& shape, float* y, int64_t first, int64_t end);
void pool_average(const float* x, const PoolShape& shape, float* y, int64_t first, int64_t end);

}  // namespace reszoo::detail
