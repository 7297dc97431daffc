/// Encodes images.
#pragma once
#include <string>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// Encodes a gray or RGB image as PNG. `open_image` reads the same pixels back.
/// Throws: Error (usage) for an empty image, or a number of channels other than 1 or 3.
std::string encode_png(const ImageBuffer& pixels);

}  // namespace reszoo
