// The loops over all weights, in a separate file so that they can be optimised in every preset: some networks have
// hundreds of millions of weights.
#include "fill.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace reszoo::test {
namespace {

/// Returns u in [0, 1), a multiple of 2^-24, for one flat row-major index.
inline double fraction(uint64_t key_hash, uint64_t index) {
  uint64_t z = key_hash + (index + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) / 16777216.0;
}

/// Returns value(u) for every index of the shape, float32.
template <class Value>
at::Tensor generate(const std::string& key, at::IntArrayRef shape, Value value) {
  at::Tensor result = at::empty(shape, at::kFloat);
  auto* numbers = result.data_ptr<float>();
  const uint64_t key_hash = fnv1a64(key);
  const auto count = static_cast<uint64_t>(result.numel());
  for (uint64_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(value(fraction(key_hash, i)));
  return result;
}

}  // namespace

uint64_t fnv1a64(std::string_view text) {
  uint64_t state = 0xCBF29CE484222325ULL;
  for (const char byte : text) state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  return state;
}

at::Tensor uniform(const std::string& key, at::IntArrayRef shape) {
  return generate(key, shape, [](double u) { return 2 * u - 1; });
}

at::Tensor fill(const std::string& key, at::IntArrayRef shape) {
  if (key.ends_with("num_batches_tracked")) return at::zeros(shape, at::kLong);
  if (key.ends_with("running_var")) return generate(key, shape, [](double u) { return 0.5 + u; });
  if (key.ends_with("running_mean")) return generate(key, shape, [](double u) { return 0.2 * (u - 0.5); });
  if (shape.size() > 1) {
    double fan_in = 1;
    for (const int64_t size : shape.slice(1)) fan_in *= static_cast<double>(size);
    const double scale = std::sqrt(3 / fan_in) * std::sqrt(2.0);
    return generate(key, shape, [scale](double u) { return (2 * u - 1) * scale; });
  }
  if (key.ends_with("weight")) return generate(key, shape, [](double u) { return 0.25 + 0.5 * u; });
  return generate(key, shape, [](double u) { return 0.5 * (u - 0.5); });
}

}  // namespace reszoo::test
