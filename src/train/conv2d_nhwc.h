/// 2-D convolution with a faster gradient of its weights.
#pragma once
#include <torch/nn/modules/conv.h>

namespace reszoo::detail {

using at::Tensor;

/// Whether `conv2d_nhwc` can replace the module: kernel larger than 1x1, the same stride and padding in both
/// directions, zero padding, no groups, dilation or bias, and a multiple of 16 input channels.
bool is_fused_conv(const torch::nn::Conv2dImpl& conv);

/// Returns the module's output. The forward pass and the gradient of x are oneDNN's. The gradient of the weights, which
/// in oneDNN takes as long as both of these, is our own.
///
/// Shape: x (N, C, H, W), float32 on a CPU; it is read as channels-last. Differentiable once.
Tensor conv2d_nhwc(const torch::nn::Conv2dImpl& conv, const Tensor& x);

}  // namespace reszoo::detail
