#include "runtime/pack_images.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/parallel_ranges.h"

namespace reszoo::detail {
namespace {

/// Writes a row of pixels: the channels in turn.
template <typename Value>
void pack_row(const float* from, const std::vector<int64_t>& strides, int64_t channels, int64_t columns,
              const Kept& kept, std::vector<float>& plane, std::vector<Value>& rounded, Value* to) {
  for (int64_t c = 0; c < channels; ++c) {
    const auto* in = from + c * strides[1];
    if (strides[3] != 1) {
      for (int64_t column = 0; column < columns; ++column) plane[static_cast<size_t>(column)] = in[column * strides[3]];
      in = plane.data();
    }
    kernels::convert_stored(in, {}, rounded.data(), kept.as, columns);
    for (int64_t column = 0; column < columns; ++column)
      to[column * kept.channels + c] = rounded[static_cast<size_t>(column)];
  }
}

template <typename Value>
void pack_rows(const InputView& x, const Kept& kept, Value zero, Value* to, int64_t threads) {
  const auto channels = x.size(1), rows = x.size(2), columns = x.size(3);
  const auto [top, left] = kept.border;
  const auto all_rows = rows + 2 * top, width = (columns + 2 * left) * kept.channels;
  const auto* from = x.data;
  const auto& strides = x.strides;
  kernels::parallel_ranges(threads, x.size(0) * all_rows, elements_of(x.shape), [&](int64_t first, int64_t end) {
    std::vector<float> plane(static_cast<size_t>(columns));
    std::vector<Value> rounded(static_cast<size_t>(columns));
    for (int64_t line = first; line < end; ++line) {
      auto* out = to + line * width;
      std::fill(out, out + width, zero);
      const auto row = line % all_rows - top;
      if (row < 0 || row >= rows) continue;
      pack_row(from + line / all_rows * strides[0] + row * strides[2], strides, channels, columns, kept, plane, rounded,
               out + left * kept.channels);
    }
  });
}

}  // namespace

void pack_images(const InputView& x, const Kept& kept, void* to, int64_t threads) {
  if (kept.as.type == kernels::StoredAs::Type::bfloat16)
    return pack_rows<uint16_t>(x, kept, 0, static_cast<uint16_t*>(to), threads);
  pack_rows<uint8_t>(x, kept, static_cast<uint8_t>(std::lround(kept.as.zero_point)), static_cast<uint8_t*>(to),
                     threads);
}

}  // namespace reszoo::detail
