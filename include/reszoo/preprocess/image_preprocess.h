/// Turns an image's bytes into the tensor that a network reads.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

using at::Tensor;

/// An image in the caller's memory: rows of pixels, a byte a channel. Channels
/// are grey, grey and alpha, RGB, or RGB and alpha; a cv::Mat is BGR and must be
/// converted first.
struct ImageView {
  const uint8_t* data = nullptr;
  int64_t height = 0, width = 0;  ///< pixels
  int64_t channels = 3;           ///< 1 to 4
  int64_t row_stride = 0;         ///< bytes from row to row; 0 is width * channels
};

/// What is done to an image, in this order: channels converted (grey to RGB by
/// repetition, RGB to grey by ITU-R 601-2 luma as PIL does, alpha dropped),
/// resized, cropped at the centre, normalised: (x / 255 - mean) / std.
///
/// Resizing is antialiased and rounds to bytes, equal to torchvision's on PIL
/// images; a crop larger than the image pads it with black.
struct ImagePreprocess {
  int64_t channels = 3;                     ///< 1 or 3
  int64_t resize = 0;                       ///< of the shorter side (`squash`: both), pixels; 0 leaves the size
  std::optional<int64_t> crop = {};         ///< side of the centre square, pixels
  std::vector<double> mean = {}, std = {};  ///< a value a channel, of x / 255; empty is 0 and 1
  std::string interpolation = "bilinear";   ///< or "bicubic"
  bool squash = false;                      ///< resize to a square, whatever the shape

  /// One image. Shape: (1, C, H, W) float32.
  /// Throws: Error (usage) for options that do not fit; Error (input) for an
  /// empty image or another number of channels.
  Tensor operator()(const ImageView& image) const;
  Tensor operator()(const LazyImage& image) const;

  /// Images of one size. Shape: (N, C, H, W) uint8 to (N, C', H', W') float32.
  Tensor operator()(const Tensor& images) const;

  /// Height and width of what an image of these becomes, pixels.
  std::pair<int64_t, int64_t> size_of(int64_t height, int64_t width) const;

  /// All but the last step: bytes.
  ImageBuffer prepare(const LazyImage& image) const;

  /// The last step alone, of bytes of `channels`, pixel by pixel: (x / 255 - mean) / std.
  void normalise(const ImageBuffer& pixels, float* to) const;

  /// Both: as many floats as `size_of` says, times `channels`.
  void write(const LazyImage& image, float* to) const { normalise(prepare(image), to); }

  nlohmann::json to_json() const;

  /// Throws: Error (file) for what `to_json` does not write.
  static ImagePreprocess from(const nlohmann::json& json);

  bool operator==(const ImagePreprocess&) const = default;
};

/// What torchvision's ImageNet models are evaluated with: shorter side 256,
/// crop 224, ImageNet's mean and deviation.
ImagePreprocess imagenet_preprocess();

}  // namespace reszoo
