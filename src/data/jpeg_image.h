/// JPEG files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens a JPEG: reads its header now and its pixels on demand. Only the blocks of a region are transformed, and
/// smaller copies are computed from fewer coefficients.
///
/// The image is rotated upright according to its EXIF orientation; CMYK becomes RGB as in Pillow. Data after the end of
/// the image, as written by some cameras, is ignored.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_jpeg(Bytes bytes, const std::string& name);

}  // namespace reszoo
