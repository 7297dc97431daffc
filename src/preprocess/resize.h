/// Images of another size.
#pragma once
#include "reszoo/base/names.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

enum class Interpolation { bilinear, bicubic };

inline constexpr Named<Interpolation> kInterpolations[] = {{"bilinear", Interpolation::bilinear},
                                                           {"bicubic", Interpolation::bicubic}};

/// The interpolation of a checked name.
inline Interpolation interpolation_of(const std::string& text) {
  return parse_name("interpolation", kInterpolations, text);
}

/// Makes an image of `height` x `width` pixels from the part `box`, and of it the
/// part `window`, with antialiasing: to the byte what Pillow makes, whatever the
/// processor (LibTorch's own differ by 1 for some pixels, bicubic by 2).
///
/// One pass over the columns, one over the rows. An output is the sum of the inputs
/// that the filter covers, its support widened by the scale where the image
/// shrinks; weights are fixed-point numbers of 22 bits, each pass rounds to bytes.
/// Only those pixels are read that the window needs.
///
/// Shape: window.height x window.width pixels of `channels`.
/// Source: the filters of Keys 1981 (bicubic, a = -0.5) and the triangle; rounding and order
/// as in Image.resize of Pillow 13 (earlier ones take columns first in tall images too).
ImageBuffer resize_part(const LazyImage& image, const Box& box, int64_t height, int64_t width, const Box& window,
                        int64_t channels, Interpolation interpolation);

/// The same of the smallest copy of the image that is at least as large as the
/// result, where the image has one: for training, which is not exact to the pixel.
ImageBuffer resize_roughly(const LazyImage& image, const Box& box, int64_t height, int64_t width, int64_t channels,
                           Interpolation interpolation);

}  // namespace reszoo
