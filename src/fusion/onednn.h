/// LibTorch's fused oneDNN operators, if this LibTorch has them. No other file uses them.
#pragma once
#include <ATen/core/Tensor.h>

#include "kernels/conv_shape.h"

namespace reszoo::detail {

/// Whether the operators exist and this processor runs them.
bool has_onednn();

/// Packs weights (O, C/groups, kernel rows, kernel columns) in oneDNN's order for this shape. The result has no plain
/// memory and cannot be saved.
at::Tensor pack_onednn(const at::Tensor& weight, const kernels::ConvShape& shape);

/// y = conv(x) + bias, optionally + residual and ReLU, as in `ConvLayer::run`.
void conv_onednn(const float* x, const at::Tensor& packed, const at::Tensor& bias, const kernels::ConvShape& shape,
                 const float* residual, bool relu, float* y);

}  // namespace reszoo::detail
