/// Operations on image bytes, equal to torchvision's on PIL images.
#pragma once
#include <array>
#include <optional>

#include "reszoo/preprocess/image_buffer.h"

namespace reszoo {

// Each operation equals the function of the same name in torchvision.transforms.functional on a PIL image, to the byte.
// Images are passed by value: move an image in, and operations that need no second buffer work in place. All work is
// done in the calling thread.
// Shape: (H, W, C) to the same, C = 1 or 3.
// Source: torchvision 0.28, Pillow 13.

/// One byte per channel; a gray image uses the first.
using Color = std::array<uint8_t, 3>;

/// Interpolation between pixels.
enum class Sampling { nearest, bilinear };

/// Mirrors left and right.
ImageBuffer flip_horizontal(ImageBuffer image);

/// The parameters of torchvision's `affine`: rotation, translation, scale and shear about a centre.
struct Affine {
  double angle = 0;                                  ///< degrees, clockwise
  double translate_x = 0, translate_y = 0;           ///< pixels, right and down
  double scale = 1;                                  ///< positive
  double shear_x = 0, shear_y = 0;                   ///< degrees
  std::optional<std::array<double, 2>> centre = {};  ///< x and y in pixels; default: the centre of the image
};

/// Applies the affine transform. Pixels from outside the image get the colour `fill`.
/// Throws: Error (usage) for a scale that is not positive.
ImageBuffer affine(ImageBuffer image, const Affine& map, Sampling sampling = Sampling::nearest, const Color& fill = {});

/// Rotates counter-clockwise about the centre; the size stays the same.
ImageBuffer rotate(ImageBuffer image, double degrees, Sampling sampling = Sampling::nearest, const Color& fill = {});

// Each of these returns d + factor (image - d) for a degenerate image d, rounded down and clipped: a factor of 0
// returns d, 1 returns the image, and more than 1 exaggerates the difference.

ImageBuffer adjust_brightness(ImageBuffer image, double factor);  ///< d is black
ImageBuffer adjust_contrast(ImageBuffer image, double factor);    ///< d is constant, the mean of the image's luma
ImageBuffer adjust_saturation(ImageBuffer image, double factor);  ///< d is the image's luma
/// D is smoothed by a 3x3 filter, except for its outermost pixels.
ImageBuffer adjust_sharpness(ImageBuffer image, double factor);

/// Shifts the hue by a fraction of the colour circle, through Pillow's HSV with one byte per channel, which rounds even
/// if `shift` is 0. A gray image is returned unchanged.
/// Throws: Error (usage) for a shift outside [-0.5, 0.5].
ImageBuffer adjust_hue(ImageBuffer image, double shift);

/// Keeps the highest `bits` bits of every byte. Throws: Error (usage) for bits outside 1 to 8.
ImageBuffer posterize(ImageBuffer image, int64_t bits);

ImageBuffer solarize(ImageBuffer image, double threshold);  ///< inverts bytes that are at least `threshold`
ImageBuffer invert(ImageBuffer image);                      ///< 255 - byte
ImageBuffer autocontrast(ImageBuffer image);                ///< stretches each channel to 0 .. 255
ImageBuffer equalize(ImageBuffer image);                    ///< equalises each channel's histogram

/// Computes ITU-R 601-2 luma, in 1 channel or in 3 equal ones, as torchvision's `to_grayscale`.
/// Throws: Error (usage) for another number of channels.
ImageBuffer to_grey(ImageBuffer image, int64_t channels);

}  // namespace reszoo
