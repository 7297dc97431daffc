/// Reproducible permutations.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace reszoo {

/// Returns a random permutation of 0 .. rows - 1. It depends only on the arguments, not on random numbers drawn before.
/// `stream` selects one of the permutations of a seed.
///
/// Shape: (rows) int64.
at::Tensor permutation(int64_t rows, uint64_t seed, int64_t stream);

}  // namespace reszoo
