/// What the fit of a scaler needs to know of a column. Private.
#pragma once
#include <ATen/core/Tensor.h>

#include "column_sums.h"

namespace reszoo::detail {

/// A column whose values were divided by its unit.
struct FittedColumn {
  bool empty = false;
  int64_t infinite = -1;  ///< the first row with an infinite value
  double infinite_value = 0;
  double unit = 1;
  double low = 0, high = 0;  ///< not divided
  Moments moments = {};
  at::Tensor quantiles = {};
};

/// Returns the ends of a column, its unit, and what it cannot have. Shape: (N) float64.
FittedColumn look_at_values(const at::Tensor& values);

/// numpy's nanpercentile (linear) at the reference levels of sorted values, in its order of rounding: a level that
/// coincides with a row must return that row's value exactly, or ties would appear one level wider.
/// Shape: (M) to (count).
at::Tensor quantiles_of(const at::Tensor& sorted, int64_t count);

}  // namespace reszoo::detail
