/// PNG files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens a PNG: reads its header now and its pixels on demand. Alpha is dropped, a palette is looked up, and 16 bits
/// are reduced to 8 with libpng's rounding.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_png(Bytes bytes, const std::string& name);

}  // namespace reszoo
