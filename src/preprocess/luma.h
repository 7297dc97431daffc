/// RGB to grey.
#pragma once
#include <cstdint>

namespace reszoo {

/// ITU-R 601-2 luma of a pixel, rounded as Pillow does: 16 bits of fraction. 0 to 255.
inline int luma(const uint8_t* rgb) { return (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 0x8000) >> 16; }

}  // namespace reszoo
