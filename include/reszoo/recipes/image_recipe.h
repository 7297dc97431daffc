/// How a recipe prepares images.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reszoo/preprocess/image_transform.h"

namespace reszoo {

/// The part of a TrainingRecipe for images.
struct ImageRecipe {
  /// Side of the network's square input, in pixels. 0: small images of one size keep their size, others get 224.
  int64_t size = 0;
  int64_t train_size = 0;                   ///< the input size in training; 0: `size`
  double crop_share = 0.875;                ///< side of that square / shorter side of the resized image
  std::string interpolation = "bilinear";   ///< or "bicubic"
  int64_t channels = 0;                     ///< channels of the network's input; 0: as the images have
  std::vector<double> mean = {}, std = {};  ///< of each channel; empty: ImageNet's, or measured on the training images
  RandomCrop crop = {};
  ImageAugment augment = {};

  /// Returns the values that differ from the defaults, for the settings of a run.
  nlohmann::ordered_json to_json() const;

  bool operator==(const ImageRecipe&) const = default;
};

}  // namespace reszoo
