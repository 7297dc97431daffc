/// Small copies of images for display.
#pragma once
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Creates a copy whose longer side is at most `longest` pixels. A larger image becomes RGB; a smaller one is returned
/// unchanged. Of an image that is neither gray nor RGB, or whose values are no bytes, the first channels are
/// stretched.
/// Throws: Error (file) for a damaged file.
ImageBuffer thumbnail(const LazyImage& image, int64_t longest);

}  // namespace reszoo
