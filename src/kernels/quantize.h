/// Quantization to 8-bit integers. That of activations is affine and unsigned: real = (value - zero_point) * scale.
#pragma once
#include <cstdint>

namespace reszoo::kernels {

/// Returns the largest value of a quantized activation on this processor: 255, or 127 where products of int8 are
/// AVX2's, which add pairs of them in 16 bits: these hold 2 * 127 * 127 but not 2 * 255 * 127.
int64_t activation_qmax();

/// Rounds the weights of an output to integers from -127 to 127 (half to even) and returns their scale: weight = value
/// * scale. The scale is the largest absolute weight / 127, or 1 if all are 0.
float quantize_weights(const float* weights, int64_t count, int8_t* values);

/// The quantization parameters of a tensor.
struct QuantParams {
  double scale = 1;
  int64_t zero_point = 0;
  int64_t qmax = 255;  ///< the largest value; at most `activation_qmax()`

  /// Returns the parameters for values from `min` to `max`. The range is widened to contain 0.
  static QuantParams of(float min, float max, int64_t qmax);
};

}  // namespace reszoo::kernels
