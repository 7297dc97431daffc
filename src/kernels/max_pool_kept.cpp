#include "kernels/max_pool_kept.h"

#include <algorithm>
#include <vector>

namespace reszoo::kernels {
namespace {

/// Integers in the order of the values that they store. For bfloat16 this swaps the order of negative numbers; the same
/// step leads back.
int16_t ordered(int16_t bits) { return static_cast<int16_t>(bits ^ ((bits >> 15) & 0x7fff)); }
uint8_t ordered(uint8_t value) { return value; }

constexpr int16_t least(int16_t) { return INT16_MIN; }
constexpr uint8_t least(uint8_t) { return 0; }

template <typename Value>
void pool_rows(const Value* x, const PoolShape& s, Value* y, int64_t first, int64_t end) {
  for (int64_t line = first; line < end; ++line) {
    const auto* image = x + line / s.rows_out * s.rows * s.columns * s.channels;
    const auto top = line % s.rows_out * s.stride_rows - s.padding_rows;
    for (int64_t column = 0; column < s.columns_out; ++column) {
      auto* out = y + (line * s.columns_out + column) * s.channels;
      const auto left = column * s.stride_columns - s.padding_columns;
      std::fill(out, out + s.channels, least(Value()));
      for (auto row = std::max<int64_t>(top, 0); row < std::min(top + s.kernel_rows, s.rows); ++row)
        for (auto at = std::max<int64_t>(left, 0); at < std::min(left + s.kernel_columns, s.columns); ++at) {
          const auto* in = image + (row * s.columns + at) * s.channels;
          for (int64_t c = 0; c < s.channels; ++c) out[c] = std::max(out[c], ordered(in[c]));
        }
      for (int64_t c = 0; c < s.channels; ++c) out[c] = ordered(out[c]);
    }
  }
}

}  // namespace

void max_pool_kept(const void* x, StoredAs::Type type, const PoolShape& shape, void* y, int64_t first, int64_t end) {
  if (type == StoredAs::Type::uint8)
    return pool_rows(static_cast<const uint8_t*>(x), shape, static_cast<uint8_t*>(y), first, end);
  pool_rows(static_cast<const int16_t*>(x), shape, static_cast<int16_t*>(y), first, end);
}

}  // namespace reszoo::kernels
