/// Batch norm of feature maps, with what stands behind it.
#pragma once
#include <torch/nn/modules/batchnorm.h>

namespace reszoo::detail {

using at::Tensor;

/// Whether `batch_norm_nhwc` may stand for the module: it is in training mode, has weights, statistics and a
/// fixed momentum.
bool is_fused_norm(const torch::nn::BatchNorm2dImpl& norm);

/// relu(norm(x) + residual) by the batch's statistics, which the module takes in as its own forward
/// does. `residual` undefined: none; without `relu` the sum as it is.
///
/// Shape: x and residual (N, C, H, W), float32 on a CPU; they are read with channels last.
/// Differs: statistics are those of parts of the maps, merged in double, so that the maps are read once
/// for them; the same for any number of threads. Differentiable once.
/// Source: Ioffe and Szegedy 2015, arXiv:1502.03167; the merge Chan, Golub and LeVeque 1979.
Tensor batch_norm_nhwc(torch::nn::BatchNorm2dImpl& norm, const Tensor& x, const Tensor& residual, bool relu);

}  // namespace reszoo::detail
