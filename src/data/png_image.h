/// PNG files as images.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// A PNG of which the header is read. Alpha is dropped, a palette looked up, 16 bits
/// become 8 by their upper byte as nearly as libpng rounds.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_png(Bytes bytes, const std::string& name);

}  // namespace reszoo
