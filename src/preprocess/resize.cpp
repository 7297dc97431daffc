#include "resize.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace reszoo {
namespace {

using at::Tensor;

constexpr int kBits = 22;  // of a weight's fraction: 8 bits of a byte and 2 for overshoot are left of 32

struct Filter {
  double support;
  double (*at)(double);
};

double triangle(double x) {
  return std::max(0.0, 1 - std::abs(x));
}

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/// For each output: the first input that it covers, and the weight of each.
struct Taps {
  std::vector<int64_t> first;
  std::vector<std::vector<int32_t>> weights;
};

Taps taps_of(int64_t inputs, int64_t outputs, const Filter& filter) {
  const double scale = static_cast<double>(inputs) / static_cast<double>(outputs), widening = std::max(scale, 1.0);
  const double support = filter.support * widening;
  Taps taps;
  for (int64_t i = 0; i < outputs; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const auto last = std::min<int64_t>(static_cast<int64_t>(centre + support + 0.5), inputs);
    std::vector<double> weights;
    double sum = 0;
    for (auto x = first; x < last; ++x) {
      weights.push_back(filter.at((static_cast<double>(x) - centre + 0.5) * (1.0 / widening)));
      sum += weights.back();
    }
    auto& fixed = taps.weights.emplace_back();
    for (const double weight : weights) {
      const double scaled = weight * (1 / sum) * (1 << kBits);
      fixed.push_back(static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5));
    }
    taps.first.push_back(first);
  }
  return taps;
}

uint8_t to_byte(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

/// One output pixel of C channels, each the weighted sum of the pixels from `first`.
template <int C>
void write_pixel(const uint8_t* first, const std::vector<int32_t>& weights, uint8_t* to) {
  std::array<int32_t, C> sums;
  sums.fill(1 << (kBits - 1));
  for (const auto weight : weights) {
    for (size_t c = 0; c < C; ++c) sums[c] += first[c] * weight;
    first += C;
  }
  for (size_t c = 0; c < C; ++c) to[c] = to_byte(sums[c]);
}

/// (N, H, W, C) to (N, H, outputs, C).
template <int C>
Tensor resize_columns(const Tensor& pixels, int64_t outputs, const Filter& filter) {
  const auto rows = pixels.size(0) * pixels.size(1), width = pixels.size(2);
  const auto taps = taps_of(width, outputs, filter);
  auto result = torch::empty({pixels.size(0), pixels.size(1), outputs, C}, torch::kUInt8);
  const auto* from = pixels.const_data_ptr<uint8_t>();
  auto* to = result.mutable_data_ptr<uint8_t>();
  for (int64_t y = 0; y < rows; ++y, from += width * C)
    for (size_t x = 0; x < taps.first.size(); ++x, to += C) write_pixel<C>(from + taps.first[x] * C, taps.weights[x], to);
  return result;
}

/// (N, H, W, C) to (N, outputs, W, C).
Tensor resize_rows(const Tensor& pixels, int64_t outputs, const Filter& filter) {
  const auto count = pixels.size(0), height = pixels.size(1), row_size = pixels.size(2) * pixels.size(3);
  const auto taps = taps_of(height, outputs, filter);
  auto result = torch::empty({count, outputs, pixels.size(2), pixels.size(3)}, torch::kUInt8);
  const auto* from = pixels.const_data_ptr<uint8_t>();
  auto* to = result.mutable_data_ptr<uint8_t>();
  std::vector<int32_t> sums(static_cast<size_t>(row_size));
  for (int64_t i = 0; i < count; ++i, from += height * row_size)
    for (size_t y = 0; y < taps.first.size(); ++y) {
      std::fill(sums.begin(), sums.end(), 1 << (kBits - 1));
      const auto* row = from + taps.first[y] * row_size;
      for (const auto weight : taps.weights[y]) {
        for (size_t x = 0; x < sums.size(); ++x) sums[x] += row[x] * weight;
        row += row_size;
      }
      for (const auto sum : sums) *to++ = to_byte(sum);
    }
  return result;
}

}  // namespace

Tensor resize_pictures(const Tensor& images, int64_t height, int64_t width, const std::string& interpolation) {
  const Filter filter = interpolation == "bicubic" ? Filter{2, cubic} : Filter{1, triangle};
  auto pixels = images.permute({0, 2, 3, 1}).contiguous();  // as a picture's bytes lie, so no copy as a rule
  // Pillow takes rows first where that leaves less for the columns, which tall pictures meet.
  const auto rows_away = pixels.size(1) - height, columns_away = pixels.size(2) - width;
  const bool rows_first = rows_away > 0 && rows_away > 2 * columns_away;
  if (rows_first) pixels = resize_rows(pixels, height, filter);
  if (columns_away != 0)
    pixels = images.size(1) == 3 ? resize_columns<3>(pixels, width, filter) : resize_columns<1>(pixels, width, filter);
  if (rows_away != 0 && !rows_first) pixels = resize_rows(pixels, height, filter);
  return pixels.permute({0, 3, 1, 2});
}

}  // namespace reszoo
