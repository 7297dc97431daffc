/// Images that are stored rotated or mirrored.
#pragma once
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

// `orientation`: 1 to 8 as in EXIF, where 1 is upright.

/// Returns whether a row of the upright image is a column of the stored one.
bool swaps_sides(int orientation);

/// Returns the box of the stored image, of size `height` x `width`, that contains a box of the upright image.
Box stored_box(const Box& upright, int64_t height, int64_t width, int orientation);

/// Rotates the pixels of a stored box upright.
ImageBuffer upright(ImageBuffer stored, int orientation);
ImageValues upright(ImageValues stored, int orientation);

/// Returns a box of an image.
ImageBuffer cut(const ImageBuffer& image, const Box& box);
ImageValues cut(const ImageValues& image, const Box& box);

}  // namespace reszoo
