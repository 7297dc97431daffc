/// A value a channel times maps, and one added: SIMD through Highway, its width chosen at run time.
#pragma once
#include <cstdint>

namespace reszoo::detail {

/// Some rows of maps, one behind the other, (count, channels) of float32. A row is a pixel of an image.
struct MapRows {
  int64_t count, channels;
};

/// y = x * scale + shift + residual, with `relu` no less than 0; residual may be nullptr.
void map_scale_shift(const float* x, const float* scale, const float* shift, const float* residual, bool relu, float* y,
                     const MapRows& rows);

}  // namespace reszoo::detail
