/// One change of an image in training. Steps are drawn first, and made later.
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
/// | `flip`                        | none; left and right                                   |
/// | `shear_x`, `shear_y`          | pixels a pixel, about the upper left corner            |
/// | `translate_x`, `translate_y`  | pixels, the fraction cut off; right and down           |
/// | `rotate`                      | degrees, counter-clockwise                             |
/// | `brightness`, `saturation`, `contrast`, `sharpness` | the factor less 1, as of `adjust_...` |
/// | `hue`                         | fraction of the circle, in [-0.5, 0.5]                 |
/// | `posterize`                   | bits that stay, the fraction cut off                   |
/// | `solarize`                    | the first byte that is inverted                        |
/// | `autocontrast`, `equalize`, `invert` | none                                            |
/// | `grey`                        | none; the number of channels stays                     |
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

/// Makes the changes in their order. Pixels from outside of the image get the colour `fill`.
/// Throws: Error (usage) for an invalid magnitude.
ImageBuffer augment(ImageBuffer image, const std::vector<AugmentStep>& steps, Sampling sampling = Sampling::nearest,
                    const Color& fill = {});

/// The operation's name in the table.
std::string name_of(AugmentOp op);

}  // namespace reszoo
