/// GIF files as LazyImage.
#pragma once
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// Opens a GIF: reads the header of its first frame now and its pixels on demand. Bytes are those of Pillow: around a
/// frame that is smaller than the screen is the transparent colour, else the first one; transparency is dropped.
/// Throws: Error (file) that names `name`, here and in `read`, for a damaged file.
std::unique_ptr<LazyImage> open_gif(Bytes bytes, const std::string& name);

}  // namespace reszoo
