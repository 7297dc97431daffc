#include "reszoo/preprocess/augment_step.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "reszoo/base/names.h"

namespace reszoo {
namespace {

constexpr Named<AugmentOp> kAugmentOps[] = {
    {"identity", AugmentOp::identity},
    {"flip", AugmentOp::flip},
    {"shear_x", AugmentOp::shear_x},
    {"shear_y", AugmentOp::shear_y},
    {"translate_x", AugmentOp::translate_x},
    {"translate_y", AugmentOp::translate_y},
    {"rotate", AugmentOp::rotate},
    {"brightness", AugmentOp::brightness},
    {"saturation", AugmentOp::saturation},
    {"contrast", AugmentOp::contrast},
    {"sharpness", AugmentOp::sharpness},
    {"hue", AugmentOp::hue},
    {"posterize", AugmentOp::posterize},
    {"solarize", AugmentOp::solarize},
    {"autocontrast", AugmentOp::autocontrast},
    {"equalize", AugmentOp::equalize},
    {"invert", AugmentOp::invert},
    {"grey", AugmentOp::grey},
};

/// Returns the angle of a shear in degrees.
double angle_of(double shear) { return std::atan(shear) * (180 / std::numbers::pi); }

/// Returns the affine transform of a geometric step.
Affine map_of(const AugmentStep& step) {
  constexpr std::array<double, 2> corner{0, 0};
  switch (step.op) {
    case AugmentOp::shear_x: return {.shear_x = angle_of(step.magnitude), .centre = corner};
    case AugmentOp::shear_y: return {.shear_y = angle_of(step.magnitude), .centre = corner};
    case AugmentOp::translate_x: return {.translate_x = std::trunc(step.magnitude)};
    default: return {.translate_y = std::trunc(step.magnitude)};
  }
}

ImageBuffer make(ImageBuffer image, const AugmentStep& step, Sampling sampling, const Color& fill) {
  const auto channels = image.channels;
  const double factor = 1 + step.magnitude;
  switch (step.op) {
    case AugmentOp::identity: return image;
    case AugmentOp::flip: return flip_horizontal(std::move(image));
    case AugmentOp::shear_x:
    case AugmentOp::shear_y:
    case AugmentOp::translate_x:
    case AugmentOp::translate_y: return affine(std::move(image), map_of(step), sampling, fill);
    case AugmentOp::rotate: return rotate(std::move(image), step.magnitude, sampling, fill);
    case AugmentOp::brightness: return adjust_brightness(std::move(image), factor);
    case AugmentOp::saturation: return adjust_saturation(std::move(image), factor);
    case AugmentOp::contrast: return adjust_contrast(std::move(image), factor);
    case AugmentOp::sharpness: return adjust_sharpness(std::move(image), factor);
    case AugmentOp::hue: return adjust_hue(std::move(image), step.magnitude);
    case AugmentOp::posterize: return posterize(std::move(image), static_cast<int64_t>(step.magnitude));
    case AugmentOp::solarize: return solarize(std::move(image), step.magnitude);
    case AugmentOp::autocontrast: return autocontrast(std::move(image));
    case AugmentOp::equalize: return equalize(std::move(image));
    case AugmentOp::invert: return invert(std::move(image));
    case AugmentOp::grey: return to_grey(std::move(image), channels);
  }
  return image;
}

}  // namespace

ImageBuffer augment(ImageBuffer image, const std::vector<AugmentStep>& steps, Sampling sampling, const Color& fill) {
  for (const auto& step : steps) image = make(std::move(image), step, sampling, fill);
  return image;
}

std::string name_of(AugmentOp op) { return name_of(kAugmentOps, op); }

}  // namespace reszoo
