#include "reszoo/base/random.h"

#include <cmath>
#include <numbers>

namespace reszoo {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

}  // namespace

uint64_t splitmix64(uint64_t x) {
  x += kGolden;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Random::Random(uint64_t seed, int64_t epoch, int64_t item)
    : state_(splitmix64(splitmix64(splitmix64(seed) + static_cast<uint64_t>(epoch)) + static_cast<uint64_t>(item))) {}

uint64_t Random::bits() {
  const auto result = splitmix64(state_);
  state_ += kGolden;
  return result;
}

double Random::uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

double Random::between(double low, double high) { return low + (high - low) * uniform(); }

int64_t Random::below(int64_t count) { return static_cast<int64_t>(uniform() * static_cast<double>(count)); }

bool Random::chance(double probability) { return uniform() < probability; }

double Random::normal() {
  // Box and Muller 1958; 1 - u is never 0.
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::gamma(double shape) {
  // Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
  if (shape < 1) return gamma(shape + 1) * std::pow(1 - uniform(), 1 / shape);
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - uniform()) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

double Random::beta(double alpha) {
  const double a = gamma(alpha), b = gamma(alpha);
  return a + b > 0 ? a / (a + b) : static_cast<double>(below(2));  // both underflow to 0 for a tiny alpha
}

}  // namespace reszoo
