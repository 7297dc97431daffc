/// Converts RGB to grey.
#pragma once
#include <cstdint>

namespace reszoo {

/// Returns the ITU-R 601-2 luma of a pixel, 0 to 255, rounded as in Pillow: with 16 fractional bits.
inline int luma(const uint8_t* rgb) { return (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 0x8000) >> 16; }

}  // namespace reszoo
