/// The geometry of resizing, for bytes and for values.
#pragma once
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "resize.h"

namespace reszoo {

struct Filter {
  double support;
  double (*at)(double);
};

inline double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

inline double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

inline double lanczos(double x) {
  const auto sinc = [](double y) { return y == 0 ? 1 : std::sin(y * M_PI) / (y * M_PI); };
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

inline Filter filter_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::bilinear: return {1, triangle};
    case Interpolation::bicubic: return {2, cubic};
    case Interpolation::lanczos: return {3, lanczos};
  }
  return {1, triangle};
}

/// One axis of a resize: `inputs` pixels of a box become `outputs` pixels, of which a range from `begin` on is
/// computed.
struct Axis {
  int64_t inputs, outputs, begin, count;
};

/// Returns the inputs [first, last) under the filter of output `i`, before clipping to the ends of the axis.
inline std::pair<int64_t, int64_t> covered(const Axis& axis, int64_t i, double support) {
  const double scale = static_cast<double>(axis.inputs) / static_cast<double>(axis.outputs);
  const double centre = (static_cast<double>(i) + 0.5) * scale, reach = support * std::max(scale, 1.0);
  return {std::max<int64_t>(static_cast<int64_t>(centre - reach + 0.5), 0),
          std::min<int64_t>(static_cast<int64_t>(centre + reach + 0.5), axis.inputs)};
}

/// Returns the inputs that the computed outputs of the axis need: the first one, and how many.
inline std::pair<int64_t, int64_t> needed(const Axis& axis, const Filter& filter) {
  if (axis.inputs == axis.outputs) return {axis.begin, axis.count};
  const auto first = covered(axis, axis.begin, filter.support).first;
  return {first, covered(axis, axis.begin + axis.count - 1, filter.support).second - first};
}

/// Computes the shares of the inputs in output `i`, from the first covered input on; their sum is 1.
inline void shares_of(const Axis& axis, int64_t i, const Filter& filter, std::vector<double>& shares) {
  const auto [first, last] = covered(axis, i, filter.support);
  const double scale = static_cast<double>(axis.inputs) / static_cast<double>(axis.outputs);
  const double centre = (static_cast<double>(i) + 0.5) * scale, narrowing = 1.0 / std::max(scale, 1.0);
  shares.clear();
  double sum = 0;
  for (auto x = first; x < last; ++x) {
    shares.push_back(filter.at((static_cast<double>(x) - centre + 0.5) * narrowing));
    sum += shares.back();
  }
  for (auto& share : shares) share *= 1 / sum;
}

/// What one resize reads, and in which order it resizes.
struct ResizePlan {
  Filter filter;
  Axis down, across;
  Box part;           ///< the pixels of the image that the window needs
  int64_t top, left;  ///< of the part within the box
  bool rows_first;    ///< as Pillow, if that leaves less work for the columns, which is the case for tall images
};

inline ResizePlan resize_plan(const Box& box, int64_t height, int64_t width, const Box& window,
                              Interpolation interpolation) {
  const auto filter = filter_of(interpolation);
  const Axis down{box.height, height, window.top, window.height}, across{box.width, width, window.left, window.width};
  const auto [top, rows] = needed(down, filter);
  const auto [left, columns] = needed(across, filter);
  const auto rows_away = down.inputs - down.outputs, columns_away = across.inputs - across.outputs;
  return {.filter = filter,
          .down = down,
          .across = across,
          .part = {box.top + top, box.left + left, rows, columns},
          .top = top,
          .left = left,
          .rows_first = rows_away > 0 && rows_away > 2 * columns_away};
}

}  // namespace reszoo
