/// Encodes pictures.
#pragma once
#include <string>

#include "reszoo/preprocess/pixels.h"

namespace reszoo {

/// Writes a grey or RGB picture as a PNG file's bytes; what `open_picture` reads of them is equal.
/// Throws: Error (usage) for an empty picture, or another number of channels than 1 or 3.
std::string encode_png(const Pixels& pixels);

}  // namespace reszoo
