/// BMP files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Returns whether the bytes, at least 18, begin like a BMP file.
bool is_bmp(std::string_view start);

/// Opens a BMP of 1, 4, 8, 16, 24 or 32 bits, with the headers of OS/2 and Windows, run lengths and bit masks: reads
/// its header now and its pixels on demand. Bytes are those of Pillow: alpha is dropped. Throws: Error (file) that
/// names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_bmp(Bytes bytes, const std::string& name);

}  // namespace reszoo
