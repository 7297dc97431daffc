/// Resizes images.
#pragma once
#include "reszoo/base/names.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

enum class Interpolation { bilinear, bicubic, lanczos };

inline constexpr Named<Interpolation> kInterpolations[] = {
    {"bilinear", Interpolation::bilinear}, {"bicubic", Interpolation::bicubic}, {"lanczos", Interpolation::lanczos}};

/// Returns the interpolation with a name that was already checked.
inline Interpolation interpolation_of(const std::string& text) {
  return parse_name("interpolation", kInterpolations, text);
}

/// Resizes the region `box` to `height` x `width` pixels with antialiasing, and returns the region `window` of the
/// result. The bytes equal Pillow's on every processor (LibTorch's own resize differs by 1 for some pixels, bicubic by
/// 2).
///
/// There is one pass over the columns and one over the rows. An output is the sum of the inputs under the filter, whose
/// support is widened by the scale when the image shrinks. Weights are fixed-point numbers with 22 fractional bits, and
/// each pass rounds to bytes. Only the pixels that the window needs are read.
///
/// Shape: window.height x window.width pixels of `channels`.
/// Source: the triangle, the filter of Keys 1981 (bicubic, a = -0.5), Lanczos' with three lobes; rounding and order as
/// in Image.resize of Pillow 13 (earlier versions resize columns first in tall images too).
ImageBuffer resize_part(const LazyImage& image, const Box& box, int64_t height, int64_t width, const Box& window,
                        int64_t channels, Interpolation interpolation);

/// Resizes the values of a region in the same way, without rounding, as Pillow resizes images of its mode F.
/// Shape: window.height x window.width pixels of `channels`.
ImageValues resize_values(const LazyImage& image, const Box& box, int64_t height, int64_t width, const Box& window,
                          int64_t channels, Interpolation interpolation);

/// Resizes the smallest copy of the image that is at least as large as the result, if the format provides one. It is
/// meant for training, because the result is not exact to the pixel.
ImageBuffer resize_roughly(const LazyImage& image, const Box& box, int64_t height, int64_t width, int64_t channels,
                           Interpolation interpolation);

}  // namespace reszoo
