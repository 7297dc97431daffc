#include "kernels/quantize.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot_gemm.h"

namespace reszoo::kernels {

int64_t activation_qmax() { return best_dot_target(DotType::int8) == DotTarget::avx2 ? 127 : 255; }

QuantParams QuantParams::of(float min, float max, int64_t qmax) {
  const double low = std::min(min, 0.0f), high = std::max(max, 0.0f);
  const auto scale = high > low ? (high - low) / static_cast<double>(qmax) : 1.0;
  return {scale, std::llround(-low / scale), qmax};
}

}  // namespace reszoo::kernels
