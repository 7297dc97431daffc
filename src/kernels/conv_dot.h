/// Direct convolution in bfloat16 or int8.
#pragma once
#include <cstdint>

#include "kernels/conv_shape.h"
#include "kernels/dot_gemm.h"

namespace reszoo::kernels {

/// Whether `conv_dot` computes this shape: the channels of a group must be whole units (2 of bfloat16, 4 of int8).
bool fits_dot(DotType type, const ConvShape& shape);

/// Returns the bytes of the packed weights.
int64_t dot_weights(DotType type, const ConvShape& shape);

/// Packs weights (O, weight_channels, kernel rows, kernel columns): float32, which are rounded, or int8. Channels that
/// the shape has beyond `weight_channels` get zeros. `to` is aligned to a cache line.
void pack_dot(const float* weight, int64_t weight_channels, const ConvShape& shape, void* to);
void pack_dot(const int8_t* weight, int64_t weight_channels, const ConvShape& shape, void* to);

/// Buffers of a convolution. Images are channels-last, stored as bfloat16 or uint8; `zeros` holds a pixel of padding.
struct DotConvBuffers {
  const void *x, *packed, *zeros;
  void* y;
};

/// y = epilogue(conv(x)). The result does not depend on the number of threads.
void conv_dot(DotType type, const ConvShape& shape, const DotConvBuffers& buffers, const DotEpilogue& epilogue,
              const StoredAs& y_as, int64_t threads);

}  // namespace reszoo::kernels
