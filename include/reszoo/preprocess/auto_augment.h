/// Published augmentation policies.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/random.h"
#include "reszoo/preprocess/augment_step.h"

namespace reszoo {

/// A published augmentation policy: comparable, printable as text, parsed from text.
///
/// | text            | policy                                                                    |
/// |-----------------|---------------------------------------------------------------------------|
/// | `none`          | no augmentation                                                           |
/// | `rand`          | `rand:2,9`                                                                |
/// | `rand:N,M`      | N of 14 operations, magnitude M of 0 to 30 (RandAugment)                  |
/// | `trivial`       | 1 of 14 operations, wide magnitudes, uniform (TrivialAugmentWide)         |
/// | `auto:imagenet` | 1 of 25 pairs of operations found for ImageNet, each with its probability |
/// | `auto:cifar10`  | the same, found for CIFAR-10                                              |
/// | `auto:svhn`     | the same, found for SVHN                                                  |
///
/// Operations with a direction (shear, translation, rotation, brighter or darker) take each direction with probability
/// 1/2. In `rand` and `auto` a translation is a fraction of the image's size, at most 150/331; in `trivial` it is at
/// most 32 pixels.
///
/// Source: Cubuk et al. 2018, arXiv:1805.09501 (auto); Cubuk et al. 2019, arXiv:1909.13719 (rand); Müller and Hutter
/// 2021, arXiv:2103.10158 (trivial); operations and magnitudes of torchvision 0.28.
/// Differs: torchvision rounds magnitudes to float32.
struct AutoAugment {
  enum class Kind { none, rand, trivial, automatic };

  Kind kind = Kind::none;
  int64_t count = 2;                ///< number of operations, at least 0; for `rand`
  int64_t magnitude = 9;            ///< 0 to 30; for `rand`
  std::string policy = "imagenet";  ///< or cifar10, svhn; for `automatic`

  /// Parses the texts of the table. Throws: Error (usage) for any other text.
  static AutoAugment parse(std::string_view text);

  /// Returns the text that `parse` reads back.
  std::string text() const;

  /// Draws the steps for one image of this size in pixels.
  /// Throws: Error (usage) for field values that no text of the table gives.
  std::vector<AugmentStep> draw(int64_t height, int64_t width, Random& random) const;

  /// Draws the steps and applies them.
  ImageBuffer operator()(ImageBuffer image, Random& random, Sampling sampling = Sampling::nearest,
                         const Color& fill = {}) const;

  bool operator==(const AutoAugment&) const = default;
};

}  // namespace reszoo
