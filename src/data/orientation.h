/// Images that are stored turned or mirrored.
#pragma once
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

// `orientation`: 1 to 8 as EXIF numbers them, 1 is upright.

/// Whether an upright row is a stored column.
bool swaps_sides(int orientation);

/// The box of the stored image, of `height` x `width`, that a box of the upright image comes from.
Box stored_box(const Box& upright, int64_t height, int64_t width, int orientation);

/// The pixels of a stored box turned upright.
ImageBuffer upright(ImageBuffer stored, int orientation);

}  // namespace reszoo
