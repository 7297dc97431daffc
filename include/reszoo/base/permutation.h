/// Random orders that depend on their arguments alone.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace reszoo {

/// A permutation of 0 .. rows - 1 that depends on the arguments alone: no other
/// random number is drawn, whatever was done before. `stream` tells apart the
/// orders of one seed.
///
/// Shape: (rows) int64.
at::Tensor permutation(int64_t rows, uint64_t seed, int64_t stream);

}  // namespace reszoo
