/// LibTorch's fused operators of oneDNN, where this LibTorch has them. All use of them is here.
#pragma once
#include <ATen/core/Tensor.h>

#include "infer/conv_shape.h"

namespace reszoo::detail {

/// Whether the operators are there and this processor runs them.
bool has_onednn();

/// Weights (O, C/groups, kernel rows, kernel columns) in oneDNN's order for this shape: no memory that can be saved.
at::Tensor pack_onednn(const at::Tensor& weight, const ConvShape& shape);

/// y = conv(x) + bias, + residual, ReLU, as `ConvLayer::run`.
void conv_onednn(const float* x, const at::Tensor& packed, const at::Tensor& bias, const ConvShape& shape,
                 const float* residual, bool relu, float* y);

}  // namespace reszoo::detail
