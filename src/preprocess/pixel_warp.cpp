// Geometric operations.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>
#include <vector>

#include "reszoo/base/error.h"
#include "reszoo/base/number.h"
#include "reszoo/preprocess/pixel_ops.h"

namespace reszoo {
namespace {

/// Maps output to input coordinates: x' = m0 x + m1 y + m2, y' = m3 x + m4 y + m5.
using Matrix = std::array<double, 6>;

double radians(double degrees) { return degrees * (std::numbers::pi / 180); }

/// Rounds to 15 decimals, as Pillow does, so that a quarter turn is exact. It goes through text, since no other method
/// rounds exactly.
double rounded(double x) {
  const auto text = fmt::format("{:.15f}", x);
  return number_in_text<double>(text).value_or(x);
}

/// Turns a matrix about the origin into one about (x, y), followed by a translation by (dx, dy).
Matrix about(Matrix m, double x, double y, double dx, double dy) {
  m[2] = m[0] * (-x - dx) + m[1] * (-y - dy) + x;
  m[5] = m[3] * (-x - dx) + m[4] * (-y - dy) + y;
  return m;
}

/// Computes in torchvision's order of operations, which decides the result where a coordinate is nearly an integer.
Matrix inverse_of(const Affine& map, double x, double y) {
  const double angle = radians(map.angle), sx = radians(map.shear_x), sy = radians(map.shear_y);
  const double a = std::cos(angle - sy) / std::cos(sy), c = std::sin(angle - sy) / std::cos(sy);
  const double b = -std::cos(angle - sy) * std::tan(sx) / std::cos(sy) - std::sin(angle);
  const double d = -std::sin(angle - sy) * std::tan(sx) / std::cos(sy) + std::cos(angle);
  return about({d / map.scale, -b / map.scale, 0, -c / map.scale, a / map.scale, 0}, x, y, map.translate_x,
               map.translate_y);
}

/// Copies a pixel of C channels, or `fill` for a position outside the image.
template <int C>
void copy_pixel(const ImageBuffer& from, int64_t x, int64_t y, const Color& fill, uint8_t* to) {
  const bool inside = x >= 0 && x < from.width && y >= 0 && y < from.height;
  std::copy_n(inside ? from.row(y) + x * C : fill.data(), C, to);
}

/// Returns the input positions for a row or column of outputs if only `step` matters; -1 is outside.
std::vector<int64_t> positions(double step, double first, int64_t inputs, int64_t outputs) {
  std::vector<int64_t> result(static_cast<size_t>(outputs));
  double at = first + step * 0.5;
  for (auto& position : result) {
    position = at >= 0 && at < static_cast<double>(inputs) ? static_cast<int64_t>(at) : -1;
    at += step;  // accumulated as in Pillow, for the same rounding
  }
  return result;
}

template <int C>
ImageBuffer warp_straight(const ImageBuffer& image, const Matrix& m, const Color& fill) {
  ImageBuffer result(image.height, image.width, C);
  const auto columns = positions(m[0], m[2], image.width, image.width);
  const auto rows = positions(m[4], m[5], image.height, image.height);
  auto* to = result.bytes.data();
  for (const auto y : rows)
    for (const auto x : columns) {
      copy_pixel<C>(image, x, y, fill, to);
      to += C;
    }
  return result;
}

/// Converts to Pillow's fixed-point format with 16 fractional bits.
int64_t fixed(double x) {
  constexpr double most = 0x1p45;  // far outside any image; multiples of it do not overflow
  return static_cast<int64_t>(std::clamp(std::floor(x * 65536 + 0.5), -most, most));
}

template <int C>
ImageBuffer warp_nearest(const ImageBuffer& image, const Matrix& m, const Color& fill) {
  const auto x_by_x = fixed(m[0]), x_by_y = fixed(m[1]), y_by_x = fixed(m[3]), y_by_y = fixed(m[4]);
  const auto first_x = fixed(m[2] + m[0] * 0.5 + m[1] * 0.5), first_y = fixed(m[5] + m[3] * 0.5 + m[4] * 0.5);
  ImageBuffer result(image.height, image.width, C);
  auto* to = result.bytes.data();
  for (int64_t y = 0; y < result.height; ++y) {
    auto from_x = first_x + x_by_y * y, from_y = first_y + y_by_y * y;
    for (int64_t x = 0; x < result.width; ++x, to += C, from_x += x_by_x, from_y += y_by_x)
      copy_pixel<C>(image, from_x >> 16, from_y >> 16, fill, to);
  }
  return result;
}

/// Samples the image at (x, y), where pixel centres have coordinates at halves. Both are at least 0.
template <int C>
void mix_pixel(const ImageBuffer& from, double x, double y, uint8_t* to) {
  const auto before = [](double at) { return at < 0.5 ? int64_t{-1} : static_cast<int64_t>(at - 0.5); };
  const auto within = [](int64_t at, int64_t size) { return std::clamp<int64_t>(at, 0, size - 1); };
  const auto left = before(x), top = before(y);
  const double dx = x - 0.5 - static_cast<double>(left), dy = y - 0.5 - static_cast<double>(top);
  const auto x0 = within(left, from.width) * C, x1 = within(left + 1, from.width) * C;
  const auto *above = from.row(within(top, from.height)), *below = from.row(within(top + 1, from.height));
  for (int64_t c = 0; c < C; ++c) {
    const double upper = above[x0 + c] + (above[x1 + c] - above[x0 + c]) * dx;
    const double lower = below[x0 + c] + (below[x1 + c] - below[x0 + c]) * dx;
    to[c] = static_cast<uint8_t>(upper + (lower - upper) * dy);
  }
}

template <int C>
ImageBuffer warp_bilinear(const ImageBuffer& image, const Matrix& m, const Color& fill) {
  ImageBuffer result(image.height, image.width, C);
  const auto height = static_cast<double>(image.height), width = static_cast<double>(image.width);
  auto* to = result.bytes.data();
  for (int64_t row = 0; row < result.height; ++row)
    for (int64_t column = 0; column < result.width; ++column, to += C) {
      const double x = static_cast<double>(column) + 0.5, y = static_cast<double>(row) + 0.5;
      const double from_x = m[0] * x + m[1] * y + m[2], from_y = m[3] * x + m[4] * y + m[5];
      if (from_x >= 0 && from_x < width && from_y >= 0 && from_y < height) mix_pixel<C>(image, from_x, from_y, to);
      else std::copy_n(fill.data(), C, to);
    }
  return result;
}

template <int C>
ImageBuffer warp_channels(const ImageBuffer& image, const Matrix& m, Sampling sampling, const Color& fill) {
  if (sampling == Sampling::bilinear) return warp_bilinear<C>(image, m, fill);
  return m[1] == 0 && m[3] == 0 ? warp_straight<C>(image, m, fill) : warp_nearest<C>(image, m, fill);
}

ImageBuffer warp(ImageBuffer image, const Matrix& m, Sampling sampling, const Color& fill) {
  if (m == Matrix{1, 0, 0, 0, 1, 0}) return image;
  return image.channels == 1 ? warp_channels<1>(image, m, sampling, fill) : warp_channels<3>(image, m, sampling, fill);
}

}  // namespace

ImageBuffer flip_horizontal(ImageBuffer image) {
  for (int64_t y = 0; y < image.height; ++y) {
    auto* row = image.row(y);
    if (image.channels == 1) {
      std::reverse(row, row + image.width);
      continue;
    }
    for (int64_t left = 0, right = 3 * (image.width - 1); left < right; left += 3, right -= 3) {
      std::array<uint8_t, 3> kept;
      std::memcpy(kept.data(), row + left, 3);
      std::memcpy(row + left, row + right, 3);
      std::memcpy(row + right, kept.data(), 3);
    }
  }
  return image;
}

ImageBuffer affine(ImageBuffer image, const Affine& map, Sampling sampling, const Color& fill) {
  if (!(map.scale > 0)) fail(ErrorKind::usage, "affine: scale must be positive, got scale={}", map.scale);
  const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
  const std::array<double, 2> middle{width * 0.5, height * 0.5};
  const auto [x, y] = map.centre.value_or(middle);
  return warp(std::move(image), inverse_of(map, x, y), sampling, fill);
}

ImageBuffer rotate(ImageBuffer image, double degrees, Sampling sampling, const Color& fill) {
  double angle = std::fmod(degrees, 360);
  if (angle < 0) angle += 360;
  const double cos = rounded(std::cos(-radians(angle))), sin = rounded(std::sin(-radians(angle)));
  const auto matrix = about({cos, sin, 0, -sin, cos, 0}, static_cast<double>(image.width) / 2,
                            static_cast<double>(image.height) / 2, 0, 0);
  return warp(std::move(image), matrix, sampling, fill);
}

}  // namespace reszoo
