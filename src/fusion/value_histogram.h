/// A histogram of values whose range is not known before.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "reszoo/fusion/quantize.h"

namespace reszoo::detail {

/// Counts values in bins of equal width around 0. When a value lies beyond them, pairs of bins are joined.
class ValueHistogram {
 public:
  /// Counts a sample of the values, spread evenly.
  void add(const at::Tensor& values);

  /// Returns the range without the outermost `share` of the values at either end. It contains 0.
  ValueRange percentile(double share) const;

  /// Returns the range that gives the least squared error when values are clipped to it and rounded to `levels` steps.
  ValueRange least_error(int64_t levels) const;

 private:
  static constexpr int64_t kBins = 4096;

  double width() const { return 2 * most_ / static_cast<double>(kBins); }
  double middle(int64_t bin) const { return (static_cast<double>(bin) + 0.5) * width() - most_; }
  void grow(double most);

  double most_ = 0;  ///< the bins are those of [-most_, most_]
  std::vector<double> counts_;
};

}  // namespace reszoo::detail
