/// Pictures of another size.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace reszoo {

/// Resizes pictures with antialiasing, to the byte as Pillow does, whatever the
/// processor: LibTorch's own differ by 1 for some pixels, bicubic by 2.
///
/// One pass over the columns, one over the rows. An output is the sum of the inputs
/// that the filter covers, its support widened by the scale where the picture
/// shrinks; weights are fixed-point numbers of 22 bits, each pass rounds to bytes.
///
/// Shape: (N, C, H, W) uint8 to (N, C, height, width) uint8; C is 1 or 3.
/// Source: the filters of Keys 1981 (bicubic, a = -0.5) and the triangle; rounding and order
/// as in Image.resize of Pillow 13 (earlier ones take columns first in tall pictures too).
at::Tensor resize_pictures(const at::Tensor& images, int64_t height, int64_t width, const std::string& interpolation);

}  // namespace reszoo
