/// Reproducible permutations.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace reszoo {

/// A random permutation of 0 .. rows - 1 that depends on the arguments alone, whatever random numbers were drawn
/// before. `stream` distinguishes the permutations of one seed.
///
/// Shape: (rows) int64.
at::Tensor permutation(int64_t rows, uint64_t seed, int64_t stream);

}  // namespace reszoo
