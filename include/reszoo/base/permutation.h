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

/// Returns `count` of 0 .. rows - 1, drawn at random, in ascending order: each set is as likely as any other. Needs
/// memory for the result alone. If `count` is not less than `rows`, all. It depends only on the arguments.
///
/// Shape: (count) int64.
/// Source: selection sampling, algorithm S of Knuth, The Art of Computer Programming, volume 2, 3.4.2.
at::Tensor random_sample(int64_t rows, int64_t count, uint64_t seed, int64_t stream);

}  // namespace reszoo
