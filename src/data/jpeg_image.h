/// JPEG files as images.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// A JPEG of which the header is read, and pixels on demand: only the blocks of a
/// part are transformed, and smaller copies come from fewer coefficients.
///
/// The image is upright, whatever its EXIF orientation; CMYK becomes RGB as in
/// Pillow. Of a file that goes on behind its image, as cameras write them, the
/// rest is ignored.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_jpeg(Bytes bytes, const std::string& name);

}  // namespace reszoo
