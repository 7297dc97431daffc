/// The gradient of a convolution's weights: SIMD through Highway, its width chosen at run time.
#pragma once
#include <cstdint>

namespace reszoo::detail {

/// A convolution of maps by pixel, (N, H, W, C) to (N, H', W', O), without groups or dilation.
struct ConvShape {
  int64_t rows, columns, channels;        ///< H, W, C of what comes in
  int64_t rows_out, columns_out, outputs;  ///< H', W', O of what goes out
  int64_t kernel_rows, kernel_columns, stride, padding;
};

/// Channels must be a multiple of this.
constexpr int64_t kConvTile = 16;

/// sum (O, kernel_rows, kernel_columns, C) += the products of `g`, the gradients of `images` outputs, and
/// the inputs `x` that each kernel's place saw. Shape: x (images, H, W, C), g (images, H', W', O).
///
/// Some output rows at a time, small enough for the nearest cache: 16 channels of their inputs are copied
/// to a panel with black borders, then for each place of the kernel and a few outputs all sums stay in
/// registers while the panel is read.
void add_weight_gradient(const float* x, const float* g, const ConvShape& shape, int64_t images, float* sum);

}  // namespace reszoo::detail
