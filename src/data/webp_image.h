/// WebP files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens a WebP, lossy or lossless: reads its header now and its pixels on demand. Of an animation it is the first
/// frame on its canvas. Bytes are those of Pillow: alpha is dropped. The EXIF orientation is applied. Throws: Error
/// (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_webp(Bytes bytes, const std::string& name);

}  // namespace reszoo
