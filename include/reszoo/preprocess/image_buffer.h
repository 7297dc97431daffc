/// The pixels of an image in memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace reszoo {

/// Rows of pixels from the top, one byte per channel, without gaps between rows.
/// Shape: height * width * channels bytes.
struct ImageBuffer {
  int64_t height = 0, width = 0;
  int64_t channels = 3;  ///< 1 (gray) or 3 (RGB)
  std::vector<uint8_t> bytes = {};

  ImageBuffer() = default;
  ImageBuffer(int64_t rows, int64_t columns, int64_t channel_count)
      : height(rows),
        width(columns),
        channels(channel_count),
        bytes(static_cast<size_t>(rows * columns * channel_count)) {}

  int64_t row_size() const { return width * channels; }  ///< bytes
  uint8_t* row(int64_t y) { return bytes.data() + y * row_size(); }
  const uint8_t* row(int64_t y) const { return bytes.data() + y * row_size(); }

  bool operator==(const ImageBuffer&) const = default;
};

}  // namespace reszoo
