/// Pooling of channels-last images.
#pragma once
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Images are channels-last: (N, H, W, C) to (N, H', W', C).
struct PoolShape {
  int64_t images, rows, columns, channels;
  int64_t rows_out, columns_out;
  int64_t kernel_rows, kernel_columns;
  int64_t stride_rows, stride_columns;
  int64_t padding_rows = 0, padding_columns = 0;
  bool counts_padding = false;  ///< whether an average divides by the padded pixels too
  bool adaptive =
      false;  ///< windows follow from the sizes, as in AdaptiveAvgPool2d; kernel, stride and padding are not used
};

// Each function computes rows [first, end) of the output, indexed over all images, and then their epilogue. The
// epilogue's residual belongs to the same first element as y. The windows of max_pool and avg_pool do not include the
// padding.

void max_pool(const float* x, const PoolShape& shape, const Epilogue& epilogue, float* y, int64_t first, int64_t end);
void avg_pool(const float* x, const PoolShape& shape, const Epilogue& epilogue, float* y, int64_t first, int64_t end);

/// Applies the same `filter` (kernel_rows, kernel_columns) to each channel: anti-aliased subsampling. The padding
/// reflects the input (`reflect`) and must be smaller than it.
void blur_pool(const float* x, const float* filter, const PoolShape& shape, const Epilogue& epilogue, float* y,
               int64_t first, int64_t end);

}  // namespace reszoo::kernels
