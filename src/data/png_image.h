/// PNG files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens a PNG: reads its header now and its pixels on demand. Bytes are those of Pillow: alpha and transparency are
/// dropped, a palette is looked up, of 16 bits the upper 8 are taken, and gamma, white point and profiles change
/// nothing. The orientation of an eXIf chunk, or of XMP, is applied.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_png(Bytes bytes, const std::string& name);

}  // namespace reszoo
