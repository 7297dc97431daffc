#include "kernels/quantize.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot_gemm.h"

namespace reszoo::kernels {

int64_t activation_qmax() { return best_dot_target(DotType::int8) == DotTarget::avx2 ? 127 : 255; }

float quantize_weights(const float* weights, int64_t count, int8_t* values) {
  float largest = 0;
  for (int64_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(weights[i]));
  const float scale = largest > 0 ? largest / 127 : 1;
  // In sums with this number, the last bit is 1: adding it rounds.
  constexpr float kWhole = 12'582'912;
  for (int64_t i = 0; i < count; ++i) {
    const float whole = (weights[i] / scale + kWhole) - kWhole;
    values[i] = static_cast<int8_t>(std::clamp(whole, -127.0f, 127.0f));
  }
  return scale;
}

QuantParams QuantParams::of(float min, float max, int64_t qmax) {
  const double low = std::min(min, 0.0f), high = std::max(max, 0.0f);
  const auto scale = high > low ? (high - low) / static_cast<double>(qmax) : 1.0;
  return {scale, std::llround(-low / scale), qmax};
}

}  // namespace reszoo::kernels
