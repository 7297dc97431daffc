// Axes of plots: ranges, ticks and their labels, for any numbers.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reszoo::page {

/// The range of an axis and its label.
struct Axis {
  enum class Marks { number, whole, fraction, date };

  double low, high;
  std::string label = "";
  Marks marks = Marks::number;
  std::vector<std::string> names = {};  ///< for an x axis with words: the names at 0, 1, 2, …

  /// Returns where a value lies, from 0 at `low` to 1 at `high`. Values outside are clipped; NaN is at 0.
  double place(double value) const;

  /// Returns the bin of a value, from 0, where `bins` bins of equal width make up the range; values outside are in the
  /// first and in the last bin.
  int64_t bin(double value, int64_t bins) const;

  /// Returns the number of values in each bin. Shape: (N) float64 without NaN.
  std::vector<int64_t> histogram(const at::Tensor& values, int64_t bins) const;
};

/// Returns an axis for these values with a margin at both ends; any range if no value is finite.
Axis axis_of(const std::vector<double>& values, std::string label);

/// Returns the axis with a range in which values can be told apart: finite, and at least a billionth of its numbers
/// wide. The range of values that are equal, or nearly so, becomes 5 % of their size to both sides. Dates and fractions
/// far beyond a calendar and 100 % are numbers.
Axis drawable(Axis axis);

/// The ticks of an axis: multiples of 1, 2 or 5 times a power of ten, at most seven, with short texts that all differ.
struct Ticks {
  std::vector<double> at;
  std::vector<std::string> texts;
  /// The texts are of (value - offset) / unit, which are not 0 and 1 only where the texts would be too long.
  double offset = 0, unit = 1;
};

/// Returns the ticks of a drawable axis.
Ticks ticks(const Axis& axis);

/// Returns the label of an axis with these ticks: it names their offset and unit.
std::string label_of(const Axis& axis, const Ticks& marks);

}  // namespace reszoo::page
