/// Colours from luma and colour differences, as Pillow computes them.
#pragma once
#include <algorithm>
#include <array>
#include <utility>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// Returns `factor` times each colour difference, in 64ths.
inline std::array<int, 256> ycc_shares(double factor) {
  std::array<int, 256> shares;
  for (int value = 0; value < 256; ++value)
    shares[static_cast<size_t>(value)] = static_cast<int>(factor * 64 * (value - 128) + 0.5);
  return shares;
}

/// Converts Y, Cb and Cr of JFIF to red, green and blue bytes. Shape: (H, W, 3).
/// Source: ITU-T T.871, section 7; rounding as in Pillow 13.
inline ImageBuffer from_full_ycc(ImageBuffer pixels) {
  const auto red = ycc_shares(1.402), green_b = ycc_shares(-0.34414), green_r = ycc_shares(-0.71414),
             blue = ycc_shares(1.772);
  const auto byte = [](int luma, int share) { return static_cast<uint8_t>(std::clamp(luma + (share >> 6), 0, 255)); };
  for (size_t i = 0; i + 2 < pixels.bytes.size(); i += 3) {
    const auto luma = pixels.bytes[i], cb = pixels.bytes[i + 1], cr = pixels.bytes[i + 2];
    pixels.bytes[i] = byte(luma, red[cr]);
    pixels.bytes[i + 1] = byte(luma, green_b[cb] + green_r[cr]);
    pixels.bytes[i + 2] = byte(luma, blue[cb]);
  }
  return pixels;
}

}  // namespace reszoo
