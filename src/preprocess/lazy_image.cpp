#include "reszoo/preprocess/lazy_image.h"

#include <algorithm>

#include "luma.h"
#include "reszoo/base/error.h"

namespace reszoo {

ImageBuffer InMemoryImage::read(const Box& box, int64_t scale_denom) const {
  if (scale_denom != 1) fail(ErrorKind::usage, "InMemoryImage: has no smaller copy, got scale_denom={}", scale_denom);
  ImageBuffer part(box.height, box.width, channels_);
  for (int64_t y = 0; y < box.height; ++y) {
    const auto* from = first_ + ((box.top + y) * width_ + box.left) * channels_;
    std::copy_n(from, part.row_size(), part.row(y));
  }
  return part;
}

ImageBuffer with_channels(ImageBuffer pixels, int64_t channels) {
  if (pixels.channels == channels) return pixels;
  ImageBuffer converted(pixels.height, pixels.width, channels);
  const auto* from = pixels.bytes.data();
  auto* to = converted.bytes.data();
  const auto count = pixels.height * pixels.width;
  if (channels == 3)
    for (int64_t i = 0; i < count; ++i) to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
  else
    for (int64_t i = 0; i < count; ++i) to[i] = static_cast<uint8_t>(luma(from + 3 * i));
  return converted;
}

}  // namespace reszoo
