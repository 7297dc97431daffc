/// LibTorch's fused operators of oneDNN, where this LibTorch has them. All use of them is here.
#pragma once
#include <ATen/core/Tensor.h>

#include "kernels/conv_shape.h"
#include "kernels/quantize.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::detail {

/// Whether the operators are there and this processor runs them.
bool has_onednn();

/// Weights (O, C/groups, kernel rows, kernel columns) in oneDNN's order for this shape: no memory that can be saved.
at::Tensor pack_onednn(const at::Tensor& weight, const kernels::ConvShape& shape);

/// y = conv(x) + bias, + residual, ReLU, as `ConvLayer::run`.
void conv_onednn(const float* x, const at::Tensor& packed, const at::Tensor& bias, const kernels::ConvShape& shape,
                 const float* residual, bool relu, float* y);

/// Whether the operators for whole numbers are there.
bool has_onednn_int8();

/// Weights of whole numbers in oneDNN's order; `x` is the grid of the layer's input.
at::Tensor pack_onednn_int8(const QuantizedWeight& weight, const kernels::QuantParams& x,
                            const kernels::ConvShape& shape);

/// A layer of whole numbers.
struct Int8Conv {
  at::Tensor packed, scales, bias;  ///< bias: float32 or undefined
  kernels::QuantParams x, y;
  bool quantized_output = false;  ///< y is uint8, else float32
  bool relu = false;
};

/// y = conv(x) + bias, + residual, ReLU. x and residual (which is overwritten) are maps of bytes; a residual needs y
/// in bytes, which are at most `layer.y.qmax`.
at::Tensor conv_onednn_int8(const at::Tensor& x, const Int8Conv& layer, const kernels::ConvShape& shape,
                            const at::Tensor& residual, const kernels::QuantParams& of_residual);

}  // namespace reszoo::detail
