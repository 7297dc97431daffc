/// The values of an image in memory, for images that bytes cannot hold.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

/// Rows of pixels from the top, with any number of channels, without gaps. A byte's 255 is 1.
/// Shape: height * width * channels values.
struct ImageValues {
  int64_t height = 0, width = 0;
  int64_t channels = 1;
  std::vector<float> values = {};

  ImageValues() = default;
  ImageValues(int64_t rows, int64_t columns, int64_t channel_count)
      : height(rows),
        width(columns),
        channels(channel_count),
        values(static_cast<size_t>(rows * columns * channel_count)) {}

  int64_t row_size() const { return width * channels; }  ///< values
  float* row(int64_t y) { return values.data() + y * row_size(); }
  const float* row(int64_t y) const { return values.data() + y * row_size(); }

  bool operator==(const ImageValues&) const = default;
};

/// Returns x / 255 of each byte.
ImageValues values_of(const ImageBuffer& pixels);

/// Returns bytes for display: each channel is stretched from its smallest value to its largest. One channel, or the
/// first three.
ImageBuffer stretched(const ImageValues& image);

}  // namespace reszoo
