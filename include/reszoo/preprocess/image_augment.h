/// Random augmentation of training images.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/auto_augment.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// torchvision's ColorJitter. Each factor is uniform in [max(0, 1 - x), 1 + x], the hue shift in [-hue, hue]; the
/// operations are applied in random order.
struct ColorJitter {
  double brightness = 0, contrast = 0, saturation = 0;  ///< at least 0; 0 means no change
  double hue = 0;                                       ///< fraction of the colour circle, 0 to 0.5

  bool operator==(const ColorJitter&) const = default;
};

/// The augmentation of an image between the crop and the normalisation, in this order. `erase` comes after the
/// normalisation.
///
/// | option          | JSON            | operation                                                     |
/// |-----------------|-----------------|---------------------------------------------------------------|
/// | `flip`          | 0.5             | mirrors left and right with this probability                  |
/// | `rotation`      | 15              | rotates by an angle that is uniform in ± this, degrees        |
/// | `auto_augment`  | "rand:2,9"      | a policy, see AutoAugment                                     |
/// | `color_jitter`  | {"hue": 0.1}    | see ColorJitter                                               |
/// | `grey`          | 0.1             | converts to grey with this probability; channels stay the same |
/// | `erase`         | 0.25            | erases a rectangle with this probability, see `draw_erased`   |
/// | `erase_noise`   | true            | erases with normal noise instead of zeros                     |
/// | `interpolation` | "bilinear"      | or "nearest": interpolation of rotations and the policy       |
/// | `fill`          | [124, 116, 104] | colour of pixels from outside the image, bytes                |
///
/// Every choice is drawn from the given Random. All work is done in the calling thread.
/// Source: the transforms of these names in torchvision 0.28; random erasing: Zhong et al. 2017, arXiv:1708.04896.
struct ImageAugment {
  double flip = 0;      ///< probability
  double rotation = 0;  ///< degrees, 0 to 180
  AutoAugment auto_augment = {};
  ColorJitter color_jitter = {};
  double grey = 0;   ///< probability
  double erase = 0;  ///< probability
  bool erase_noise = false;
  std::string interpolation = "nearest";  ///< or "bilinear"
  Color fill = {};                        ///< a gray image uses the first byte

  /// Checks the options; the other functions assume that they are valid.
  /// Throws: Error (usage).
  void check() const;

  /// Draws the steps for one image of this size in pixels.
  std::vector<AugmentStep> draw(int64_t height, int64_t width, Random& random) const;

  /// Draws the steps and applies them. An image that is moved in and not changed is not copied.
  /// Shape: (H, W, C) to the same, C = 1 or 3.
  /// Throws: Error (input) for a different number of channels or bytes.
  ImageBuffer operator()(ImageBuffer image, Random& random) const;

  /// The same for an image whose values are no bytes, or of another number of channels than 1 and 3: of the steps, only
  /// the flip is defined for it.
  /// Throws: Error (usage) for options of other steps.
  ImageValues operator()(ImageValues image, Random& random) const;

  /// Erases a random rectangle of a normalised image with probability `erase`.
  /// Shape: (H, W, C).
  void erase_from(float* numbers, int64_t height, int64_t width, int64_t channels, Random& random) const;

  /// Returns the options that differ from the default.
  nlohmann::json to_json() const;

  /// Throws: Error (file) for JSON that `to_json` does not produce.
  static ImageAugment from(const nlohmann::json& json);

  bool operator==(const ImageAugment&) const = default;
};

/// Draws the rectangle to erase: its area is 0.02 to 0.33 of the image's, its ratio of height to width is 0.3 to 3.3,
/// uniform in the logarithm of the ratio. Returns nothing after ten rectangles that do not fit.
std::optional<Box> draw_erased(int64_t height, int64_t width, Random& random);

}  // namespace reszoo
