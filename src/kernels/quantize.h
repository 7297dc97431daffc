/// Affine quantization to unsigned 8-bit integers: real = (value - zero_point) * scale.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace reszoo::kernels {

/// Returns the largest value of a quantized activation on this processor: 255, or 127 without VNNI instructions.
/// Processors without VNNI add pairs of products in 16 bits, which hold 2 * 127 * 127 but not 2 * 255 * 127.
int64_t activation_qmax();

/// The quantization parameters of a tensor.
struct QuantParams {
  double scale = 1;
  int64_t zero_point = 0;
  int64_t qmax = 255;  ///< the largest value; at most `activation_qmax()`

  /// Returns the parameters for values from `min` to `max`. The range is widened to contain 0.
  static QuantParams of(float min, float max, int64_t qmax);
};

/// Converts between float32 (N, C, H, W) and uint8, channels-last. `quantize` rounds halves to even; NaN becomes 0.
at::Tensor quantize(const at::Tensor& real, const QuantParams& params);
at::Tensor dequantize(const at::Tensor& values, const QuantParams& params);

/// Clamps values in place to `qmax`, after operators that only support 8 bits and write up to 255.
void clamp_to_qmax(at::Tensor& values, int64_t qmax);

/// y[i] = min(round(x[i] * scale + zero_point), qmax), at least 0.
void quantize(const float* x, float scale, float zero_point, uint8_t qmax, uint8_t* y, int64_t count);

/// y[i] = min(y[i], qmax).
void clamp_to_qmax(uint8_t* y, uint8_t qmax, int64_t count);

}  // namespace reszoo::kernels
