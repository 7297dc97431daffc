/// Operations on a picture's bytes: what torchvision does to PIL pictures.
#pragma once
#include <array>
#include <optional>

#include "reszoo/preprocess/pixels.h"

namespace reszoo {

// Each operation is the function of that name of torchvision.transforms.functional
// on a PIL picture, equal to the byte. A picture is passed by value: move it in, and
// what needs no second buffer is done in place. Plain loops in the calling thread.
// Shape: (H, W, C) to the same, C = 1 or 3.
// Source: torchvision 0.28, Pillow 13.

/// A byte a channel; of a grey picture the first.
using Colour = std::array<uint8_t, 3>;

/// How a pixel is read from between pixels.
enum class Sampling { nearest, bilinear };

/// Mirrors left and right.
Pixels flip_horizontal(Pixels picture);

/// Turns, scales, shears and shifts about a centre; torchvision's `affine`.
struct Affine {
  double angle = 0;                                  ///< degrees, clockwise
  double translate_x = 0, translate_y = 0;           ///< pixels, right and down
  double scale = 1;                                  ///< positive
  double shear_x = 0, shear_y = 0;                   ///< degrees
  std::optional<std::array<double, 2>> centre = {};  ///< x, y in pixels from the upper left corner; else the middle
};

/// Applies the map; what comes from outside of the picture has the colour `fill`.
/// Throws: Error (usage) for a scale that is not positive.
Pixels affine(Pixels picture, const Affine& map, Sampling sampling = Sampling::nearest, const Colour& fill = {});

/// Turns about the middle, counter-clockwise; the size stays.
Pixels rotate(Pixels picture, double degrees, Sampling sampling = Sampling::nearest, const Colour& fill = {});

// Each of these gives d + factor (picture - d) for a degenerate picture d, rounded
// down and clipped: a factor of 0 gives d, 1 the picture, more exaggerates.

Pixels adjust_brightness(Pixels picture, double factor);  ///< d is black
Pixels adjust_contrast(Pixels picture, double factor);    ///< d has the mean of the picture's luma everywhere
Pixels adjust_saturation(Pixels picture, double factor);  ///< d is the picture's luma
Pixels adjust_sharpness(Pixels picture, double factor);   ///< d is smoothed by 3x3, but for its outermost pixels

/// Turns the hue by `shift` of the circle, through HSV of a byte a channel as Pillow
/// has it, which rounds even where `shift` is 0; a grey picture stays.
/// Throws: Error (usage) for a shift outside of [-0.5, 0.5].
Pixels adjust_hue(Pixels picture, double shift);

/// Keeps the highest bits of every byte. Throws: Error (usage) for bits outside of 1 to 8.
Pixels posterize(Pixels picture, int64_t bits);

Pixels solarize(Pixels picture, double threshold);  ///< inverts the bytes from `threshold` on
Pixels invert(Pixels picture);                      ///< 255 - byte
Pixels autocontrast(Pixels picture);                ///< stretches each channel to 0 .. 255
Pixels equalize(Pixels picture);                    ///< flattens each channel's histogram

/// Luma by ITU-R 601-2, in 1 channel or in 3 equal ones; torchvision's `to_grayscale`.
/// Throws: Error (usage) for another number of channels.
Pixels to_grey(Pixels picture, int64_t channels);

}  // namespace reszoo
