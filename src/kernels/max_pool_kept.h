/// Maximum pooling of images in bfloat16 or integers.
#pragma once
#include "kernels/dot_gemm.h"
#include "kernels/pool.h"

namespace reszoo::kernels {

/// As `max_pool`, for values stored as bfloat16 or uint8, which the result has too; without an epilogue. A NaN counts
/// as the largest number of its sign.
void max_pool_kept(const void* x, StoredAs::Type type, const PoolShape& shape, void* y, int64_t first, int64_t end);

}  // namespace reszoo::kernels
