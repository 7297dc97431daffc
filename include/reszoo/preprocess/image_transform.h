/// Transforms images to network inputs, for training and evaluation.
#pragma once
#include "reszoo/preprocess/examples.h"
#include "reszoo/preprocess/image_augment.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/random_crop.h"

namespace reszoo {

/// The transform of images. For evaluation it is only `preprocess`. For training, a random crop is drawn and resized to
/// the same size, augmented, and normalised as in `preprocess`.
struct ImageTransform {
  ImagePreprocess preprocess;
  RandomCrop crop = {};
  ImageAugment augment = {};

  /// Writes one image to `to` as (H, W, C) floats, with H and W from `preprocess.size_of`. With `random`, the image is
  /// transformed for training.
  void write(const LazyImage& image, Random* random, float* to) const;
};

/// Creates inputs from the first `count` images of a source. `height` and `width` are the size of every image; they are
/// required if the preprocessing does not crop to a fixed size.
/// Throws: Error (usage) if they are required and missing.
Examples image_examples(ImageSource source, int64_t count, const ImageTransform& transform, int64_t height = 0,
                        int64_t width = 0);

}  // namespace reszoo
