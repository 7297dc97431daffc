/// Sorts the numbers of a column. Private.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace reszoo::detail {

/// Returns the values that are not NaN in ascending order. Shape: (N) float64 to (M) float64.
at::Tensor sorted_numbers(const at::Tensor& values);

/// Sorts keys by their bytes from `first_byte` on (0: all), the highest last. Keys that differ in lower bytes only keep
/// their order.
void sort_keys(uint64_t* keys, int64_t count, int first_byte = 0);

}  // namespace reszoo::detail
