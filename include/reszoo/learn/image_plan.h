/// How images are prepared for a training.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "reszoo/preprocess/image_transform.h"

namespace reszoo {

/// The part of a Plan that is about images.
struct ImagePlan {
  /// Side of the square that the network sees, pixels; 0: images of one small size are taken as
  /// they are, others at 224.
  int64_t size = 0;
  int64_t train_size = 0;                  ///< the same in training; 0: `size`
  double crop_share = 0.875;               ///< side of that square as a share of the resized image's shorter side
  std::string interpolation = "bilinear";  ///< or "bicubic"
  RandomCrop crop = {};
  ImageAugment augment = {};

  /// What is not as it is by default; for the settings of a run.
  nlohmann::ordered_json to_json() const;

  bool operator==(const ImagePlan&) const = default;
};

}  // namespace reszoo
