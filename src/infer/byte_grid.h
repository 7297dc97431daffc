/// Floating numbers as whole ones of 8 bits: real = (byte - zero) * scale.
#pragma once
#include <ATen/core/Tensor.h>

#include "reszoo/fusion/quantize.h"

namespace reszoo::detail {

/// The largest byte of a map on this processor. Without instructions that sum products of bytes exactly, pairs of
/// products are summed in 16 bits, which hold twice 127 * 127 but not more.
int64_t largest_byte();

struct ByteGrid {
  double scale = 1;
  int64_t zero = 0;

  /// The grid of a range, which it is widened for to hold 0.
  static ByteGrid of(const ValueRange& range, int64_t largest);
};

/// Maps (N, C, H, W), float32, as uint8, channels-last.
at::Tensor to_bytes(const at::Tensor& real, const ByteGrid& grid);
at::Tensor to_real(const at::Tensor& bytes, const ByteGrid& grid);

/// Bytes that a kernel wrote, up to `largest_byte()`.
void limit(at::Tensor& bytes);

}  // namespace reszoo::detail
