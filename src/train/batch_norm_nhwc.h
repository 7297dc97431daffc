/// Fused batch norm, residual and ReLU for channels-last images.
#pragma once
#include <torch/nn/modules/batchnorm.h>

#include "train/step_memory.h"

namespace reszoo::detail {

/// Whether `batch_norm_nhwc` can replace the module: it is in training mode and has weights, running statistics and a
/// fixed momentum.
bool is_fused_norm(const torch::nn::BatchNorm2dImpl& norm);

/// Returns relu(norm(x) + residual), normalized by the batch's statistics. The running statistics of the module are
/// updated as by its own forward. `residual` may be undefined; without `relu` the sum is returned as it is.
///
/// Shape: x and residual (N, C, H, W), float32 or bfloat16 on a CPU; they are read as channels-last. The residual has
/// the type of x. Differs: statistics are computed for parts of the batch and merged in double, so the input is read
/// only once for them. They are the same for any number of threads. Differentiable once. Source: Ioffe and Szegedy
/// 2015, arXiv:1502.03167; merging: Chan, Golub and LeVeque 1979.
Tensor batch_norm_nhwc(torch::nn::BatchNorm2dImpl& norm, const Tensor& x, const Tensor& residual, bool relu,
                       const StepMemoryPtr& memory);

}  // namespace reszoo::detail
