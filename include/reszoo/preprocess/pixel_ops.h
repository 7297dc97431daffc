/// Operations on an image's bytes: what torchvision does to PIL images.
#pragma once
#include <array>
#include <optional>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

// Each operation is the function of that name of torchvision.transforms.functional
// on a PIL image, equal to the byte. An image is passed by value: move it in, and
// what needs no second buffer is done in place. Plain loops in the calling thread.
// Shape: (H, W, C) to the same, C = 1 or 3.
// Source: torchvision 0.28, Pillow 13.

/// A byte a channel; of a grey image the first.
using Colour = std::array<uint8_t, 3>;

/// How a pixel is read from between pixels.
enum class Sampling { nearest, bilinear };

/// Mirrors left and right.
ImageBuffer flip_horizontal(ImageBuffer image);

/// Turns, scales, shears and shifts about a centre; torchvision's `affine`.
struct Affine {
  double angle = 0;                                  ///< degrees, clockwise
  double translate_x = 0, translate_y = 0;           ///< pixels, right and down
  double scale = 1;                                  ///< positive
  double shear_x = 0, shear_y = 0;                   ///< degrees
  std::optional<std::array<double, 2>> centre = {};  ///< x, y in pixels from the upper left corner; else the middle
};

/// Applies the map; what comes from outside of the image has the colour `fill`.
/// Throws: Error (usage) for a scale that is not positive.
ImageBuffer affine(ImageBuffer image, const Affine& map, Sampling sampling = Sampling::nearest, const Colour& fill = {});

/// Turns about the middle, counter-clockwise; the size stays.
ImageBuffer rotate(ImageBuffer image, double degrees, Sampling sampling = Sampling::nearest, const Colour& fill = {});

// Each of these gives d + factor (image - d) for a degenerate image d, rounded
// down and clipped: a factor of 0 gives d, 1 the image, more exaggerates.

ImageBuffer adjust_brightness(ImageBuffer image, double factor);  ///< d is black
ImageBuffer adjust_contrast(ImageBuffer image, double factor);    ///< d has the mean of the image's luma everywhere
ImageBuffer adjust_saturation(ImageBuffer image, double factor);  ///< d is the image's luma
ImageBuffer adjust_sharpness(ImageBuffer image, double factor);   ///< d is smoothed by 3x3, but for its outermost pixels

/// Turns the hue by `shift` of the circle, through HSV of a byte a channel as Pillow
/// has it, which rounds even where `shift` is 0; a grey image stays.
/// Throws: Error (usage) for a shift outside of [-0.5, 0.5].
ImageBuffer adjust_hue(ImageBuffer image, double shift);

/// Keeps the highest bits of every byte. Throws: Error (usage) for bits outside of 1 to 8.
ImageBuffer posterize(ImageBuffer image, int64_t bits);

ImageBuffer solarize(ImageBuffer image, double threshold);  ///< inverts the bytes from `threshold` on
ImageBuffer invert(ImageBuffer image);                      ///< 255 - byte
ImageBuffer autocontrast(ImageBuffer image);                ///< stretches each channel to 0 .. 255
ImageBuffer equalize(ImageBuffer image);                    ///< flattens each channel's histogram

/// Luma by ITU-R 601-2, in 1 channel or in 3 equal ones; torchvision's `to_grayscale`.
/// Throws: Error (usage) for another number of channels.
ImageBuffer to_grey(ImageBuffer image, int64_t channels);

}  // namespace reszoo
