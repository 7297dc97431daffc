/// Small functions of table columns as tensors. Private.
#pragma once
#include <torch/types.h>

#include <limits>
#include <vector>

namespace reszoo {

/// Joins columns (N) to a matrix (N, columns) of a type.
inline at::Tensor matrix_of(const std::vector<at::Tensor>& columns, int64_t rows, torch::Dtype type) {
  return columns.empty() ? torch::empty({rows, 0}, type) : torch::stack(columns, 1).to(type);
}

/// Replaces infinite numbers by missing ones.
inline at::Tensor without_infinite(const at::Tensor& numbers) {
  return numbers.masked_fill(numbers.isinf(), std::numeric_limits<double>::quiet_NaN());
}

inline int64_t count_true(const at::Tensor& truths) { return truths.sum().item<int64_t>(); }

}  // namespace reszoo
