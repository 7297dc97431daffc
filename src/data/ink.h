/// Converts inks to light.
#pragma once
#include <cstdint>

namespace reszoo {

/// Converts CMYK to RGB as Pillow does. `inverted`: 255 is no ink, as in JPEG files.
inline void from_cmyk(const uint8_t* from, bool inverted, int64_t count, uint8_t* to) {
  for (int64_t i = 0; i < count; ++i, from += 4, to += 3)
    for (int c = 0; c < 3; ++c) {
      const int light = inverted ? from[3] : 255 - from[3], ink = inverted ? 255 - from[c] : from[c];
      const int product = ink * light + 128;
      to[c] = static_cast<uint8_t>(light - ((product + (product >> 8)) >> 8));
    }
}

}  // namespace reszoo
