/// Maximum pooling in training.
#pragma once
#include <torch/nn/modules/pooling.h>

#include "train/step_memory.h"

namespace reszoo::detail {

/// Whether `max_pool_nhwc` can replace the module for these images: no dilation, no rounding up of the output's size,
/// and windows of at most 256 pixels.
bool is_fused_pool(const torch::nn::MaxPool2dImpl& pool, const Tensor& x);

/// Returns the module's output. A byte per output says where its maximum is, and the gradient of x is gathered from
/// there; LibTorch clears it and adds to it.
///
/// Shape: x (N, C, H, W), float32 or bfloat16 on a CPU; it is read as channels-last. Differentiable once.
Tensor max_pool_nhwc(const torch::nn::MaxPool2dImpl& pool, const Tensor& x, const StepMemoryPtr& memory);

}  // namespace reszoo::detail
