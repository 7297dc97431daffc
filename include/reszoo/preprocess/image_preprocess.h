/// Converts images to the input tensors of a network.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/preprocess/image_view.h"
#include "reszoo/preprocess/lazy_image.h"

namespace at {
class Tensor;
}

namespace reszoo {

using at::Tensor;

/// The preprocessing of images for a network. In this order: channels are converted (gray to RGB by repetition, RGB to
/// gray by ITU-R 601-2 luma as in PIL, alpha is dropped), the image is resized, cropped at the centre, and normalised:
/// (x / 255 - mean) / std. A network with another number of channels than 1 or 3 takes images that store as many.
///
/// Resizing is antialiased and rounds to bytes, equal to torchvision's on PIL images. Values that are no bytes (16 bits
/// of gray, floating point, other numbers of channels) are not rounded: see LazyImage::read_values. If the crop is
/// larger than the image, the image is padded with zeros, or, with `border`, with the mean rounded to bytes, as timm
/// does by its crop_mode "border".
struct ImagePreprocess {
  int64_t channels = 3;  ///< 1, 3, or as many as the images store
  int64_t resize = 0;  ///< length of the shorter side (`squash`: both, `border`: the longer), pixels; 0 keeps the size
  std::optional<int64_t> crop = {};         ///< side length of the centre crop, pixels
  std::vector<double> mean = {}, std = {};  ///< one value per channel, for x / 255; empty means 0 and 1
  std::string interpolation = "bilinear";   ///< or "bicubic" or "lanczos"
  bool squash = false;                      ///< resize to a square, whatever the aspect ratio
  bool border = false;                      ///< keep the whole image: resize the longer side, pad with the mean

  /// Prepares one image. Shape: (1, C, H, W) float32.
  /// Throws: Error (usage) for invalid options; Error (input) for an empty image or an unsupported number of channels.
  Tensor operator()(const ImageView& image) const;
  Tensor operator()(const LazyImage& image) const;

  /// Prepares images of the same size: bytes, or floating point in which a byte's 255 is 1.
  /// Shape: (N, C, H, W) uint8 or floating point to (N, C', H', W') float32.
  Tensor operator()(const Tensor& images) const;

  /// Returns the height and width of the result for an image of this size, pixels.
  std::pair<int64_t, int64_t> size_of(int64_t height, int64_t width) const;

  /// Applies all steps except the normalisation, to an image whose values are bytes (`fits_in_bytes`).
  /// Throws: Error (input) for another image.
  ImageBuffer prepare(const LazyImage& image) const;

  /// Applies all steps except the normalisation, without rounding.
  /// Throws: Error (input) that names an image with another number of channels.
  ImageValues prepare_values(const LazyImage& image) const;

  /// Applies only the normalisation. `pixels` has `channels` channels; `to` receives (H, W, C) floats.
  void normalise(const ImageBuffer& pixels, float* to) const;
  void normalise(const ImageValues& image, float* to) const;

  /// Applies all steps. `to` receives (H, W, C) floats, with H and W from `size_of`.
  /// Throws: Error (input) that names an image with another number of channels.
  void write(const LazyImage& image, float* to) const;
  void write(const ImageView& image, float* to) const;

  /// Throws: Error (usage) for invalid options.
  void check() const;

  nlohmann::json to_json() const;

  /// Throws: Error (file) for JSON that `to_json` does not produce.
  static ImagePreprocess from(const nlohmann::json& json);

  bool operator==(const ImagePreprocess&) const = default;
};

/// Returns the preprocessing with which torchvision evaluates its ImageNet models: shorter side 256, crop 224,
/// ImageNet's mean and standard deviation.
ImagePreprocess imagenet_preprocess();

}  // namespace reszoo
