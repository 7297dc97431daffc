#include "train/orthogonal.h"

#include <ATen/ATen.h>

namespace reszoo::detail {
namespace {

// One iteration maps each singular value s to a s + b s^3 + c s^5. This polynomial is steep at 0, so that small values
// grow fast, and does not converge to 1: that is faster, and the scatter around 1 does no harm.
constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;
constexpr int kIterations = 5;
constexpr double kLeastNorm = 1e-7;

}  // namespace

at::Tensor orthogonalized(const at::Tensor& x) {
  const bool tall = x.size(0) > x.size(1);  // the products are of the shorter side
  auto y = (tall ? x.t() : x) / x.norm().clamp_min(kLeastNorm);
  for (int i = 0; i < kIterations; ++i) {
    const auto square = at::mm(y, y.t());
    y = at::addmm(y, at::addmm(square, square, square, kB, kC), y, kA);
  }
  return tall ? y.t() : y;
}

}  // namespace reszoo::detail
