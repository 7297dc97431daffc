/// One augmentation step of an image. Steps are drawn first and applied later.
#pragma once
#include <string>
#include <vector>

#include "reszoo/preprocess/pixel_ops.h"

namespace reszoo {

/// The operations of augmentation.
///
/// | operation                     | magnitude                                              |
/// |-------------------------------|--------------------------------------------------------|
/// | `identity`                    | none                                                   |
/// | `flip`                        | none; mirrors left and right                           |
/// | `shear_x`, `shear_y`          | pixels per pixel, about the upper left corner          |
/// | `translate_x`, `translate_y`  | pixels, truncated to integers; right and down          |
/// | `rotate`                      | degrees, counter-clockwise                             |
/// | `brightness`, `saturation`, `contrast`, `sharpness` | the factor of `adjust_...`, minus 1 |
/// | `hue`                         | fraction of the colour circle, in [-0.5, 0.5]          |
/// | `posterize`                   | number of bits to keep, truncated to an integer        |
/// | `solarize`                    | the lowest byte value that is inverted                 |
/// | `autocontrast`, `equalize`, `invert` | none                                            |
/// | `grey`                        | none; the number of channels stays the same            |
enum class AugmentOp {
  identity,
  flip,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  saturation,
  contrast,
  sharpness,
  hue,
  posterize,
  solarize,
  autocontrast,
  equalize,
  invert,
  grey
};

struct AugmentStep {
  AugmentOp op = AugmentOp::identity;
  double magnitude = 0;

  bool operator==(const AugmentStep&) const = default;
};

/// Applies the steps in order. Pixels from outside the image get the colour `fill`.
/// Throws: Error (usage) for an invalid magnitude.
ImageBuffer augment(ImageBuffer image, const std::vector<AugmentStep>& steps, Sampling sampling = Sampling::nearest,
                    const Color& fill = {});

/// Returns the name of the operation, as in the table.
std::string name_of(AugmentOp op);

}  // namespace reszoo
