/// An image in the memory of the caller.
#pragma once
#include <cstdint>

namespace reszoo {

/// Pixels in the caller's memory, one byte per channel. The channels are gray, gray and alpha, RGB, RGB and alpha, or
/// as many as the network takes. A cv::Mat is BGR and must be converted first.
struct ImageView {
  const uint8_t* data = nullptr;
  int64_t height = 0, width = 0;  ///< pixels
  int64_t channels = 3;
  int64_t row_stride = 0;  ///< bytes from one row to the next; 0 means width * channels
};

}  // namespace reszoo
