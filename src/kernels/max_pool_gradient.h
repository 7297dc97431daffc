/// Maximum pooling in training.
#pragma once
#include "kernels/pool.h"

namespace reszoo::kernels {

/// The passes over rows of `Value`: float, or uint16_t with the bits of bfloat16. Windows have at most 256 places.
template <typename Value>
struct MaxPoolKernels {
  /// Computes rows [first, end) of y, indexed over all images. Also stores the place in its window of each maximum, the
  /// first of equal ones, to `places` (N, H', W', C).
  void (*forward)(const Value* x, const PoolShape& shape, Value* y, uint8_t* places, int64_t first, int64_t end);

  /// Computes rows [first, end) of the gradient of x from `g`, the gradients of y.
  void (*backward)(const Value* g, const uint8_t* places, const PoolShape& shape, Value* gradient, int64_t first,
                   int64_t end);
};

/// Returns those for this processor.
template <typename Value>
const MaxPoolKernels<Value>& max_pool_kernels();
template <>
const MaxPoolKernels<float>& max_pool_kernels();
template <>
const MaxPoolKernels<uint16_t>& max_pool_kernels();

}  // namespace reszoo::kernels
