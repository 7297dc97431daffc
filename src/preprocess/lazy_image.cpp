#include "reszoo/preprocess/lazy_image.h"

#include <algorithm>

#include "luma.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// Converts the gray or RGB values, which come first in each pixel, to 1 or 3 channels.
ImageValues with_channels(const ImageValues& image, int64_t first, int64_t channels) {
  ImageValues converted(image.height, image.width, channels);
  auto* to = converted.values.data();
  for (const auto *from = image.values.data(), *end = from + image.values.size(); from != end; from += image.channels)
    for (int64_t c = 0; c < channels; ++c)
      *to++ = first == 1 ? from[0] : channels == 3 ? from[c] : 0.299F * from[0] + 0.587F * from[1] + 0.114F * from[2];
  return converted;
}

}  // namespace

ImageBuffer InMemoryImage::read(const Box& box, int64_t scale_denom) const {
  if (scale_denom != 1) fail(ErrorKind::usage, "InMemoryImage: has no smaller copy, got scale_denom={}", scale_denom);
  ImageBuffer part(box.height, box.width, channels_);
  for (int64_t y = 0; y < box.height; ++y) {
    const auto* from = first_ + ((box.top + y) * width_ + box.left) * channels_;
    std::copy_n(from, part.row_size(), part.row(y));
  }
  return part;
}

ImageBuffer InMemoryValues::read(const Box& box, int64_t) const {
  const auto part = read_values(box);
  ImageBuffer pixels(part.height, part.width, part.channels);
  std::transform(part.values.begin(), part.values.end(), pixels.bytes.begin(),
                 [](float value) { return static_cast<uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255 + 0.5F); });
  return pixels;
}

ImageValues InMemoryValues::read_values(const Box& box) const {
  ImageValues part(box.height, box.width, image_.channels);
  for (int64_t y = 0; y < box.height; ++y)
    std::copy_n(image_.row(box.top + y) + box.left * image_.channels, part.row_size(), part.row(y));
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

bool fits_in_bytes(const LazyImage& image, int64_t channels) {
  return is_gray_or_rgb(channels) && is_gray_or_rgb(image.channels()) && !image.is_deep();
}

ImageValues read_values(const LazyImage& image, const Box& box, int64_t channels) {
  if (image.bands() == channels) return image.read_values(box);
  if (!is_gray_or_rgb(channels) || !is_gray_or_rgb(image.channels()))
    fail(ErrorKind::input, "{}: has {} channels, the network takes {}", image.name(), image.bands(), channels);
  if (!image.is_deep()) return values_of(with_channels(image.read(box), channels));
  return with_channels(image.read_values(box), image.channels(), channels);
}

}  // namespace reszoo
