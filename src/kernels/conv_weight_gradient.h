/// The gradient of a convolution's weights.
#pragma once
#include "kernels/conv_shape.h"

namespace reszoo::kernels {

/// Channels must be a multiple of this.
constexpr int64_t kGradientChannels = 16;

/// sum (O, kernel_rows, kernel_columns, C) += the products of `g`, the gradients of the outputs, and the inputs `x` at
/// each tap of the kernel. For convolutions without groups and dilation, with one stride and one padding.
///
/// Shape: x (N, H, W, C), g (N, H', W', O).
///
/// Some output rows at a time, few enough for the L1 cache: 16 channels of their inputs are copied to a panel that
/// contains the padding; then, for each tap and a few outputs, all sums stay in registers while the panel is read.
void add_weight_gradient(const float* x, const float* g, const ConvShape& shape, float* sum);

}  // namespace reszoo::kernels
