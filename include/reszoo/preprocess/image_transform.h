/// From images to the inputs of a network, for training and for evaluation.
#pragma once
#include "reszoo/preprocess/examples.h"
#include "reszoo/preprocess/image_augment.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/random_crop.h"

namespace reszoo {

/// The transform of images. For evaluation it is `preprocess` alone. For training, a random crop is drawn and resized
/// to the same size, augmented, and normalised as in `preprocess`.
struct ImageTransform {
  ImagePreprocess preprocess;
  RandomCrop crop = {};
  ImageAugment augment = {};

  /// Writes one image to `to` as (H, W, C) floats, H and W being those of `preprocess.size_of`. With `random` it is
  /// transformed for training.
  void write(const LazyImage& image, Random* random, float* to) const;
};

/// Makes inputs of the first `count` images of a source. `height` and `width` are those of every image; they are needed
/// if the preprocessing does not crop to one size. Throws: Error (usage) if they are needed and not given.
Examples image_examples(ImageSource source, int64_t count, const ImageTransform& transform, int64_t height = 0,
                        int64_t width = 0);

}  // namespace reszoo
