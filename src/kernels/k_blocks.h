/// The sums of a packed product, cut into blocks whose weights stay in the L1 cache.
#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels/indirection.h"

namespace reszoo::kernels {

/// Returns the bytes of a panel that are used completely before the next block: three quarters of the L1 cache.
int64_t panel_bytes();

/// A block of the sum's index k: several segments, or a part of one.
struct KBlock {
  int64_t first, end;     ///< segments
  int64_t begin, length;  ///< range within each segment
  bool starts, ends;      ///< whether it is the first block, and the last block, of the sum
};

/// Calls `run` with each block of a buffer's sums, in order. `width`: the 4-byte weights of one step of the sum.
template <typename Run>
inline __attribute__((always_inline)) void for_each_k_block(const IndirectionBuffer& buffer, int64_t width,
                                                            const Run& run) {
  const auto depth = std::max<int64_t>(1, panel_bytes() / (width * 4));
  if (buffer.length <= depth) {
    const auto many = std::max<int64_t>(1, depth / std::max<int64_t>(1, buffer.length));
    for (int64_t s = 0; s < buffer.segments; s += many) {
      const auto end = std::min(buffer.segments, s + many);
      run(KBlock{s, end, 0, buffer.length, s == 0, end == buffer.segments});
    }
    return;
  }
  const auto parts = (buffer.length + depth - 1) / depth;
  for (int64_t s = 0; s < buffer.segments; ++s)
    for (int64_t part = 0; part < parts; ++part) {
      const auto begin = part * buffer.length / parts, end = (part + 1) * buffer.length / parts;
      run(KBlock{s, s + 1, begin, end - begin, s == 0 && part == 0, s + 1 == buffer.segments && part + 1 == parts});
    }
}

}  // namespace reszoo::kernels
