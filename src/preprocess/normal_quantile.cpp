#include "normal_quantile.h"

#include <cmath>
#include <numbers>

namespace reszoo::detail {
namespace {

template <size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = coefficients[0];
  for (size_t i = 1; i < N; ++i) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace

double normal_quantile(double level) {
  const double tail = level > 0.5 ? 1 - level : level;
  if (tail > std::exp(-2)) {
    const double centred = level - 0.5, square = centred * centred;
    const double ratio = square * polynomial(kMiddleTop, square) / polynomial(kMiddleBottom, square);
    return (centred + centred * ratio) * std::sqrt(2 * std::numbers::pi);
  }
  const double x = std::sqrt(-2 * std::log(tail)), z = 1 / x;
  const double outer = x - std::log(x) / x - z * polynomial(kTailTop, z) / polynomial(kTailBottom, z);
  return level > 0.5 ? outer : -outer;
}

}  // namespace reszoo::detail
