/// Sorts the numbers of a column. Private.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace reszoo::detail {

/// Returns the values that are not NaN in ascending order. Shape: (N) float64 to (M) float64.
at::Tensor sorted_numbers(const at::Tensor& values);

}  // namespace reszoo::detail
