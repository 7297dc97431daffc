/// The empirical distribution of a column. Private.
#pragma once
#include <cstddef>
#include <utility>
#include <vector>

namespace reszoo::detail {

/// The quantiles of a column at evenly spaced levels.
class QuantileLevels {
 public:
  /// `points` are ascending; `levels` has as many entries; a number that is so near to an end counts as the end.
  QuantileLevels(std::vector<double> points, const std::vector<double>& levels, double near)
      : points_(std::move(points)), levels_(levels.data()), near_(near) {}

  /// Returns the level of a number, from 0 to 1: numpy's interp in both directions, of which the mean is the middle of
  /// repeated points.
  double level_of(double number) const;

 private:
  double rising(double number, size_t above) const;
  double falling(double number, size_t above) const;

  std::vector<double> points_;
  const double* levels_;
  double near_;
};

}  // namespace reszoo::detail
