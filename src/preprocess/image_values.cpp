#include "reszoo/preprocess/image_values.h"

#include <algorithm>

namespace reszoo {

ImageValues values_of(const ImageBuffer& pixels) {
  ImageValues image(pixels.height, pixels.width, pixels.channels);
  std::transform(pixels.bytes.begin(), pixels.bytes.end(), image.values.begin(),
                 [](uint8_t byte) { return static_cast<float>(byte) / 255.0F; });
  return image;
}

ImageBuffer stretched(const ImageValues& image) {
  ImageBuffer pixels(image.height, image.width, image.channels < 3 ? 1 : 3);
  const auto count = image.height * image.width;
  for (int64_t c = 0; c < pixels.channels && count > 0; ++c) {
    auto least = image.values[static_cast<size_t>(c)], most = least;
    for (int64_t i = 0; i < count; ++i) {
      const auto value = image.values[static_cast<size_t>(i * image.channels + c)];
      least = std::min(least, value);
      most = std::max(most, value);
    }
    const auto range = most > least ? most - least : 1.0F;
    for (int64_t i = 0; i < count; ++i)
      pixels.bytes[static_cast<size_t>(i * pixels.channels + c)] = static_cast<uint8_t>(
          255.0F * (image.values[static_cast<size_t>(i * image.channels + c)] - least) / range + 0.5F);
  }
  return pixels;
}

}  // namespace reszoo
