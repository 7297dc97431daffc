/// Floating-point numbers as unsigned integers of 8 bits: real = (value - zero_point) * scale.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace reszoo::kernels {

/// The largest value of a quantized activation on this processor: 255, or 127 where there are no VNNI instructions.
/// These processors sum pairs of products in 16 bits, which hold 2 * 127 * 127 but not 2 * 255 * 127.
int64_t activation_qmax();

/// How a tensor is quantized.
struct QuantParams {
  double scale = 1;
  int64_t zero_point = 0;
  int64_t qmax = 255;  ///< the largest value, `activation_qmax()` or less

  /// For numbers from `min` to `max`, a range that is widened to contain 0.
  static QuantParams of(float min, float max, int64_t qmax);
};

/// Maps (N, C, H, W), float32, to uint8, channels-last. Halves are rounded to even, a NaN becomes 0.
at::Tensor quantize(const at::Tensor& real, const QuantParams& params);
at::Tensor dequantize(const at::Tensor& values, const QuantParams& params);

/// Limits values in place to `qmax`: operators that know of 8 bits only write up to 255.
void clamp_to_qmax(at::Tensor& values, int64_t qmax);

/// y[i] = min(round(x[i] * scale + zero_point), qmax), not below 0.
void quantize(const float* x, float scale, float zero_point, uint8_t qmax, uint8_t* y, int64_t count);

/// y[i] = min(y[i], qmax).
void clamp_to_qmax(uint8_t* y, uint8_t qmax, int64_t count);

}  // namespace reszoo::kernels
