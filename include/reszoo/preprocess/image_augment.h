/// Random changes of images in training.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/auto_augment.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// How much colours vary: torchvision's ColorJitter. A factor is uniform in
/// [max(0, 1 - x), 1 + x], the shift of the hue in [-hue, hue], in random order.
struct ColorJitter {
  double brightness = 0, contrast = 0, saturation = 0;  ///< 0 and more; 0 leaves it
  double hue = 0;                                       ///< fraction of the circle, 0 to 0.5

  bool operator==(const ColorJitter&) const = default;
};

/// What happens to an image in training between its crop and its normalisation,
/// in this order, and to its numbers after that (`erase`):
///
/// | option          | JSON            | change                                                        |
/// |-----------------|-----------------|---------------------------------------------------------------|
/// | `flip`          | 0.5             | left and right are swapped with this probability              |
/// | `rotation`      | 15              | turned by an angle that is uniform in ± this, degrees         |
/// | `auto_augment`  | "rand:2,9"      | a policy, see AutoAugment                                     |
/// | `color_jitter`  | {"hue": 0.1}    | see ColorJitter                                               |
/// | `grey`          | 0.1             | becomes grey with this probability, in as many channels       |
/// | `erase`         | 0.25            | a rectangle is erased with this probability, see `draw_erased`|
/// | `erase_noise`   | true            | with normal noise, not zeros                                  |
/// | `interpolation` | "bilinear"      | or "nearest": how rotation and policy read between pixels     |
/// | `fill`          | [124, 116, 104] | colour of what comes from outside of the image, bytes       |
///
/// Every choice is drawn from the given Random. Runs in the calling thread alone.
/// Source: the transforms of these names of torchvision 0.28; random erasing: Zhong
/// et al. 2017, arXiv:1708.04896.
struct ImageAugment {
  double flip = 0;      ///< probability
  double rotation = 0;  ///< degrees, 0 to 180
  AutoAugment auto_augment = {};
  ColorJitter color_jitter = {};
  double grey = 0;   ///< probability
  double erase = 0;  ///< probability
  bool erase_noise = false;
  std::string interpolation = "nearest";  ///< or "bilinear"
  Colour fill = {};                       ///< of a grey image the first

  /// Throws: Error (usage) for options that do not fit, which the rest takes as they are.
  void check() const;

  /// The changes of one image's bytes; its size is in pixels.
  std::vector<AugmentStep> draw(int64_t height, int64_t width, Random& random) const;

  /// Draws, and makes the changes; moved in and left alone, an image is not copied.
  /// Shape: (H, W, C) to the same, C = 1 or 3.
  /// Throws: Error (input) for another number of channels, or of bytes.
  ImageBuffer operator()(ImageBuffer image, Random& random) const;

  /// Erases a rectangle of a normalised image, or none.
  /// Shape: (H, W, C).
  void erase_from(float* numbers, int64_t height, int64_t width, int64_t channels, Random& random) const;

  /// What differs from the default.
  nlohmann::json to_json() const;

  /// Throws: Error (file) for what `to_json` does not write.
  static ImageAugment from(const nlohmann::json& json);

  bool operator==(const ImageAugment&) const = default;
};

/// Draws the rectangle to erase: 0.02 to 0.33 of the image's area, height to width
/// 0.3 to 3.3, uniform in the ratio's logarithm; none where ten do not fit.
std::optional<Box> draw_erased(int64_t height, int64_t width, Random& random);

}  // namespace reszoo
