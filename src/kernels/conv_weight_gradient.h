/// The gradient of a convolution's weights.
#pragma once
#include "kernels/conv_shape.h"

namespace reszoo::kernels {

/// The number of channels must be a multiple of this.
constexpr int64_t kGradientChannels = 16;

/// Adds the gradient of the weights to sum (O, kernel_rows, kernel_columns, C): the products of `g`, the gradients of
/// the outputs, and the inputs `x` at each tap of the kernel. Only for convolutions without groups and dilation, with
/// the same stride and padding in both directions.
///
/// Shape: x (N, H, W, C), g (N, H', W', O).
///
/// Processes a few output rows at a time, few enough for the L1 cache. 16 channels of their inputs are copied to a
/// panel that includes the padding. Then, for each tap and a few outputs, all sums stay in registers while the panel is
/// read.
void add_weight_gradient(const float* x, const float* g, const ConvShape& shape, float* sum);

}  // namespace reszoo::kernels
