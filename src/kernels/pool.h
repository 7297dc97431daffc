/// Pooling of channels-last maps.
#pragma once
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Maps are channels-last: (N, H, W, C) to (N, H', W', C).
struct PoolShape {
  int64_t images, rows, columns, channels;
  int64_t rows_out, columns_out;
  int64_t kernel_rows, kernel_columns;
  int64_t stride_rows, stride_columns;
  int64_t padding_rows = 0, padding_columns = 0;
  bool counts_padding = false;  ///< whether an average divides by pixels of the padding too
  bool adaptive = false;  ///< windows follow from the sizes, as in AdaptiveAvgPool2d: no kernel, stride or padding
};

// Each computes rows [first, end) of the output, numbered over all images, then the epilogue of these rows; its
// residual begins where y does. The windows of max_pool and avg_pool never contain the padding.

void max_pool(const float* x, const PoolShape& shape, const Epilogue& epilogue, float* y, int64_t first, int64_t end);
void avg_pool(const float* x, const PoolShape& shape, const Epilogue& epilogue, float* y, int64_t first, int64_t end);

/// The same `filter` (kernel_rows, kernel_columns) over each channel: anti-aliased subsampling. The padding mirrors the
/// input (`reflect`), and must be smaller than it.
void blur_pool(const float* x, const float* filter, const PoolShape& shape, const Epilogue& epilogue, float* y,
               int64_t first, int64_t end);

}  // namespace reszoo::kernels
