/// 2-D convolution in training by our own kernels.
#pragma once
#include <torch/nn/modules/conv.h>

#include "train/step_memory.h"

namespace reszoo::detail {

/// Whether `conv2d_nhwc` can replace the module for these images (N, C, H, W): the same stride and padding in both
/// directions, zero padding, no groups, dilation or bias, and images that are not smaller than the kernel.
bool is_fused_conv(const torch::nn::Conv2dImpl& conv, const Tensor& x);

/// Returns the module's output. The forward pass and, with stride 1, the gradient of x are those of the kernels of
/// inference; so 3x3 kernels with stride 1 take Winograd's way in all three passes. Gradients of x with another stride
/// are oneDNN's, and so are those of the weights if the channels are no multiple of 16.
/// In bfloat16 all passes are oneDNN's, which uses a processor's matrix tiles; the gradient of the weights is returned
/// in float32.
///
/// Shape: x (N, C, H, W), float32 or bfloat16 on a CPU; it is read as channels-last and converted to `type`, which the
/// output has. Differentiable once.
Tensor conv2d_nhwc(const torch::nn::Conv2dImpl& conv, const Tensor& x, at::ScalarType type,
                   const StepMemoryPtr& memory);

}  // namespace reszoo::detail
