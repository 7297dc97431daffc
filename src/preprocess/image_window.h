/// Where the pixels of a prepared image lie in the resized one.
#pragma once
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "reszoo/preprocess/image_preprocess.h"

namespace reszoo {

/// Returns the height and width whose longer side is `side`, rounded as Python's round does in timm.
inline std::pair<int64_t, int64_t> longer_resized(int64_t side, int64_t height, int64_t width) {
  const auto ratio = static_cast<double>(std::max(height, width)) / static_cast<double>(side);
  const auto scaled = [&](int64_t size) {
    return std::max(std::lrint(std::nearbyint(static_cast<double>(size) / ratio)), 1L);
  };
  return {scaled(height), scaled(width)};
}

/// Returns the height and width after resizing.
inline std::pair<int64_t, int64_t> resized(const ImagePreprocess& options, int64_t height, int64_t width) {
  const auto side = options.resize;
  if (side == 0) return {height, width};
  if (options.squash) return {side, side};
  if (options.border) return longer_resized(side, height, width);
  // torchvision rounds the longer side down.
  return height < width ? std::pair(side, side * width / height) : std::pair(side * height / width, side);
}

/// Returns the start of a crop of `side` pixels on an axis of `size` pixels; positions below 0 are black.
inline int64_t crop_start(int64_t size, int64_t side) {
  if (size < side) return -((side - size) / 2);
  // nearbyint rounds halves to even, as Python's round does in torchvision.
  return std::lrint(std::nearbyint(static_cast<double>(size - side) / 2));
}

/// Writes the colour around the image to a pixel: black, or the mean.
inline void write_border(const ImagePreprocess& options, uint8_t* pixel) {
  for (int64_t c = 0; c < options.channels; ++c)
    pixel[c] =
        options.border && !options.mean.empty()
            ? static_cast<uint8_t>(std::clamp(std::nearbyint(255 * options.mean[static_cast<size_t>(c)]), 0.0, 255.0))
            : 0;
}

inline void write_border(const ImagePreprocess& options, float* pixel) {
  std::vector<uint8_t> bytes(static_cast<size_t>(options.channels));
  write_border(options, bytes.data());
  for (const auto byte : bytes) *pixel++ = static_cast<float>(byte) / 255.0F;
}

/// Places the pixels in a square of `side` pixels.
template <typename Pixels>
Pixels padded(const ImagePreprocess& options, const Pixels& pixels, const Box& at, int64_t side) {
  Pixels result(side, side, pixels.channels);
  if (options.border)
    for (auto* pixel = result.row(0); pixel != result.row(side); pixel += pixels.channels) write_border(options, pixel);
  for (int64_t y = 0; y < pixels.height; ++y)
    std::copy_n(pixels.row(y), pixels.row_size(), result.row(at.top + y) + at.left * pixels.channels);
  return result;
}

/// Resizes the image to `height` x `width` pixels, and crops at the centre with pixels around if the image is smaller.
/// `resize(window)` returns a window of the resized image.
template <typename Resize>
auto cropped(const ImagePreprocess& options, int64_t height, int64_t width, Resize resize) {
  if (!options.crop) return resize(Box{0, 0, height, width});
  const auto side = *options.crop;
  const auto top = crop_start(height, side), left = crop_start(width, side);
  auto pixels =
      resize(Box{std::max<int64_t>(top, 0), std::max<int64_t>(left, 0), std::min(side, height), std::min(side, width)});
  if (pixels.height == side && pixels.width == side) return pixels;
  return padded(options, pixels, {std::max<int64_t>(-top, 0), std::max<int64_t>(-left, 0), 0, 0}, side);
}

}  // namespace reszoo
