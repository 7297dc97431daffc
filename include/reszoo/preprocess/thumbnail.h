/// Images to look at.
#pragma once
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Makes a copy whose longer side is at most `longest` pixels; an image that is no larger is read as it
/// is, and one that is gets three channels.
/// Throws: Error (file) for a damaged file.
ImageBuffer thumbnail(const LazyImage& image, int64_t longest);

}  // namespace reszoo
