// Fill tensors from an integer hash of (key, index), so that no fixture stores weights.
// The Python twin is fill.py, whose docstring has the formulas; both give the same bits.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <torch/types.h>

namespace reszoo::test {

inline uint64_t fnv1a64(std::string_view text) {
  uint64_t state = 0xCBF29CE484222325ULL;
  for (const unsigned char byte : text) state = (state ^ byte) * 0x100000001B3ULL;
  return state;
}

/// Gives u in [0, 1), a multiple of 2^-24, for one flat row-major index.
inline double fraction(uint64_t key_hash, int64_t index) {
  uint64_t z = key_hash + (static_cast<uint64_t>(index) + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) / 16777216.0;
}

/// Gives value(u) for every index of the shape, float32.
template <class Value>
at::Tensor generate(const std::string& key, at::IntArrayRef shape, Value value) {
  at::Tensor result = torch::empty(shape, torch::kFloat32);
  auto* numbers = result.data_ptr<float>();
  const uint64_t key_hash = fnv1a64(key);
  for (int64_t i = 0, count = result.numel(); i < count; ++i)
    numbers[i] = static_cast<float>(value(fraction(key_hash, i)));
  return result;
}

/// Gives 2u - 1, for inputs and probes.
inline at::Tensor uniform(const std::string& key, at::IntArrayRef shape) {
  return generate(key, shape, [](double u) { return 2 * u - 1; });
}

/// Gives the value of a parameter or buffer from its key and shape.
inline at::Tensor fill(const std::string& key, at::IntArrayRef shape) {
  const auto ends_with = [&key](std::string_view end) {
    return key.size() >= end.size() && key.compare(key.size() - end.size(), end.size(), end) == 0;
  };
  if (ends_with("num_batches_tracked")) return torch::zeros(shape, torch::kInt64);
  if (ends_with("running_var")) return generate(key, shape, [](double u) { return 0.5 + u; });
  if (ends_with("running_mean")) return generate(key, shape, [](double u) { return 0.2 * (u - 0.5); });
  if (shape.size() > 1) {
    double fan_in = 1;
    for (const int64_t size : shape.slice(1)) fan_in *= static_cast<double>(size);
    const double scale = std::sqrt(3 / fan_in) * std::sqrt(2.0);
    return generate(key, shape, [scale](double u) { return (2 * u - 1) * scale; });
  }
  if (ends_with("weight")) return generate(key, shape, [](double u) { return 0.25 + 0.5 * u; });
  return generate(key, shape, [](double u) { return 0.5 * (u - 0.5); });
}

}  // namespace reszoo::test
