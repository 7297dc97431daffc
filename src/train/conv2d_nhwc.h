/// Convolution of feature maps, with a faster gradient of its weights.
#pragma once
#include <torch/nn/modules/conv.h>

namespace reszoo::detail {

using at::Tensor;

/// Whether `conv2d_nhwc` may stand for the module: 3x3 or larger, without groups, dilation, bias or padding
/// other than zeros, and 16 channels or a multiple in.
bool is_fused_conv(const torch::nn::Conv2dImpl& conv);

/// The module's outputs. Forward and the gradient of x are oneDNN's; the gradient of the weights, which
/// costs oneDNN as much as both of these, is our own.
///
/// Shape: x (N, C, H, W), float32 on a CPU; it is read with channels last. Differentiable once.
Tensor conv2d_nhwc(const torch::nn::Conv2dImpl& conv, const Tensor& x);

}  // namespace reszoo::detail
