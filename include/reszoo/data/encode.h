/// Encodes images.
#pragma once
#include <string>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// Writes a grey or RGB image as a PNG file's bytes; what `open_image` reads of them is equal.
/// Throws: Error (usage) for an empty image, or another number of channels than 1 or 3.
std::string encode_png(const ImageBuffer& pixels);

}  // namespace reszoo
