/// LibTorch's fused oneDNN operators, if this LibTorch has them. No other file uses them.
#pragma once
#include <ATen/core/Tensor.h>

#include "kernels/conv_shape.h"
#include "kernels/quantize.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::detail {

/// Whether the operators exist and this processor runs them.
bool has_onednn();

/// Packs weights (O, C/groups, kernel rows, kernel columns) in oneDNN's order for this shape. The result has no plain
/// memory and cannot be saved.
at::Tensor pack_onednn(const at::Tensor& weight, const kernels::ConvShape& shape);

/// y = conv(x) + bias, optionally + residual and ReLU, as in `ConvLayer::run`.
void conv_onednn(const float* x, const at::Tensor& packed, const at::Tensor& bias, const kernels::ConvShape& shape,
                 const float* residual, bool relu, float* y);

/// Whether the int8 operators exist.
bool has_onednn_int8();

/// Packs int8 weights in oneDNN's order. `x` holds the quantization parameters of the layer's input.
at::Tensor pack_onednn_int8(const QuantizedWeight& weight, const kernels::QuantParams& x,
                            const kernels::ConvShape& shape);

/// An int8 layer.
struct Int8Conv {
  at::Tensor packed, scales, bias;  ///< bias: float32 or undefined
  kernels::QuantParams x, y;
  bool quantized_output = false;  ///< whether y is uint8; otherwise it is float32
  bool relu = false;
};

/// y = conv(x) + bias, optionally + residual and ReLU. x and residual (which is overwritten) are uint8 images. With a
/// residual, y must be uint8 too; its values are at most `layer.y.qmax`.
at::Tensor conv_onednn_int8(const at::Tensor& x, const Int8Conv& layer, const kernels::ConvShape& shape,
                            const at::Tensor& residual, const kernels::QuantParams& of_residual);

}  // namespace reszoo::detail
