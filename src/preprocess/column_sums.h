/// Means of a column. Private.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

/// The number of values of a column other than NaN, their mean, and the mean of their squared distances from it.
struct Moments {
  int64_t count = 0;
  double mean = 0, variance = 0;
};

/// Shape: (N) float64. The sums are of LibTorch's order for a column of a matrix, so that models keep their bits.
Moments moments_of(const at::Tensor& values);

}  // namespace reszoo::detail
