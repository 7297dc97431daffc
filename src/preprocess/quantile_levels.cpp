#include "quantile_levels.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace reszoo::detail {
namespace {

/// Returns how many of the points are at most `number`. The search has no branch that a processor could guess wrong.
size_t count_up_to(const std::vector<double>& points, double number) {
  const auto* begin = points.data();
  for (auto count = points.size(); count > 1;) {
    const auto half = count / 2;
    begin += begin[half - 1] <= number ? half : 0;
    count -= half;
  }
  return static_cast<size_t>(begin - points.data()) + static_cast<size_t>(*begin <= number);
}

/// Returns how far a line rises that begins at a point: `way` of the whole `run`.
double risen(double way, double run, double rise) {
  const double slope = rise / run;
  return std::isfinite(slope) ? slope * way : way / run * rise;
}

}  // namespace

/// `above` is the place of the first point above the number.
double QuantileLevels::rising(double number, size_t above) const {
  const auto left = above == 0 ? 0 : above - 1;
  const double start = points_[left], level = levels_[left];
  if (number <= start || left + 1 == points_.size()) return level;
  return risen(number - start, points_[left + 1] - start, levels_[left + 1] - level) + level;
}

/// The same of the negative numbers and levels.
double QuantileLevels::falling(double number, size_t above) const {
  const auto* points = points_.data();
  const bool equal = above > 0 && points[above - 1] == number;
  const auto first = equal ? static_cast<size_t>(std::lower_bound(points, points + above, number) - points) : above;
  const auto right = std::min(first, points_.size() - 1);
  const double start = points[right], level = levels_[right];
  if (number >= start || right == 0) return -level;
  return risen(start - number, start - points[right - 1], level - levels_[right - 1]) - level;
}

double QuantileLevels::level_of(double number) const {
  if (number - near_ < points_.front()) return 0;
  if (number + near_ > points_.back()) return 1;
  const auto above = count_up_to(points_, number);
  return 0.5 * (rising(number, above) - falling(number, above));
}

}  // namespace reszoo::detail
