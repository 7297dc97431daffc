/// From images to the inputs of a network, in training and in evaluation.
#pragma once
#include "reszoo/preprocess/examples.h"
#include "reszoo/preprocess/image_augment.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/random_crop.h"

namespace reszoo {

/// What is done to images: to measure on, `preprocess` alone; to train on, a part is
/// drawn, resized to `size`, changed by `augment` and normalised as in `preprocess`.
struct ImageTransform {
  ImagePreprocess preprocess;
  RandomCrop crop = {};
  ImageAugment augment = {};

  /// One image, pixel by pixel: height x width x channels floats, `height` and `width`
  /// what the preprocessing makes. With `random` it is one to train on.
  void write(const LazyImage& image, Random* random, float* to) const;
};

/// `count` images of a source as inputs; `height` and `width` of all of them, where the
/// preprocessing does not crop to one size.
/// Throws: Error (usage) for a preprocessing that gives sizes of their own without these.
Examples image_examples(ImageSource source, int64_t count, const ImageTransform& transform, int64_t height = 0,
                        int64_t width = 0);

}  // namespace reszoo
