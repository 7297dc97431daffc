#include "resize.h"

#include <torch/types.h>

#include <algorithm>
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

/// (planes, H, W) to (planes, H, outputs).
Tensor resize_columns(const Tensor& pixels, int64_t outputs, const Filter& filter) {
  const auto rows = pixels.size(0) * pixels.size(1), width = pixels.size(2);
  const auto taps = taps_of(width, outputs, filter);
  auto result = torch::empty({pixels.size(0), pixels.size(1), outputs}, torch::kUInt8);
  const auto* from = pixels.const_data_ptr<uint8_t>();
  auto* to = result.mutable_data_ptr<uint8_t>();
  for (int64_t y = 0; y < rows; ++y, from += width)
    for (int64_t x = 0; x < outputs; ++x) {
      const auto* first = from + taps.first[static_cast<size_t>(x)];
      const auto& weights = taps.weights[static_cast<size_t>(x)];
      int32_t sum = 1 << (kBits - 1);
      for (size_t i = 0; i < weights.size(); ++i) sum += first[i] * weights[i];
      *to++ = to_byte(sum);
    }
  return result;
}

/// (planes, H, W) to (planes, outputs, W).
Tensor resize_rows(const Tensor& pixels, int64_t outputs, const Filter& filter) {
  const auto planes = pixels.size(0), height = pixels.size(1), width = pixels.size(2);
  const auto taps = taps_of(height, outputs, filter);
  auto result = torch::empty({planes, outputs, width}, torch::kUInt8);
  const auto* from = pixels.const_data_ptr<uint8_t>();
  auto* to = result.mutable_data_ptr<uint8_t>();
  std::vector<int32_t> sums(static_cast<size_t>(width));
  for (int64_t plane = 0; plane < planes; ++plane, from += height * width)
    for (int64_t y = 0; y < outputs; ++y) {
      std::fill(sums.begin(), sums.end(), 1 << (kBits - 1));
      const auto* row = from + taps.first[static_cast<size_t>(y)] * width;
      for (const auto weight : taps.weights[static_cast<size_t>(y)]) {
        for (size_t x = 0; x < sums.size(); ++x) sums[x] += row[x] * weight;
        row += width;
      }
      for (const auto sum : sums) *to++ = to_byte(sum);
    }
  return result;
}

}  // namespace

Tensor resize_pictures(const Tensor& images, int64_t height, int64_t width, const std::string& interpolation) {
  const Filter filter = interpolation == "bicubic" ? Filter{2, cubic} : Filter{1, triangle};
  const auto count = images.size(0), channels = images.size(1);
  auto pixels = images.reshape({count * channels, images.size(2), images.size(3)}).contiguous();
  // Pillow takes rows first where that leaves less for the columns, which tall pictures meet.
  const auto rows_away = pixels.size(1) - height, columns_away = pixels.size(2) - width;
  const bool rows_first = rows_away > 0 && rows_away > 2 * columns_away;
  if (rows_first) pixels = resize_rows(pixels, height, filter);
  if (columns_away != 0) pixels = resize_columns(pixels, width, filter);
  if (rows_away != 0 && !rows_first) pixels = resize_rows(pixels, height, filter);
  return pixels.view({count, channels, height, width});
}

}  // namespace reszoo
