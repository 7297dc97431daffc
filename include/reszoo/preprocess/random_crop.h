/// Random crops for training.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/base/random.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// The rule by which a random crop is drawn: comparable, escaped, parsed from text.
///
/// | text             | the part                                                                      |
/// |------------------|-------------------------------------------------------------------------------|
/// | `none`           | that of the evaluation                                                        |
/// | `resized`        | `resized:0.08,1`                                                              |
/// | `resized:A,B`    | of an area in [A, B] of the image's and an aspect ratio in [3/4, 4/3], resized |
/// | `padded:P`       | of the evaluation's size, from the evaluation's image with P black pixels all round |
///
/// Source: `resized` Szegedy et al. 2014, arXiv:1409.4842, as torchvision's RandomResizedCrop draws it;
/// `padded` Lee et al. 2015, arXiv:1409.5185.
struct RandomCrop {
  enum class Kind { none, resized, padded };

  Kind kind = Kind::none;
  double least_area = 0.08, most_area = 1;  ///< fractions of the image's area; for `resized`
  int64_t padding = 4;                      ///< pixels; for `padded`

  /// Reads the texts of the table. Throws: Error (usage) for any other text.
  static RandomCrop parse(std::string_view text);

  /// The text that `parse` reads back.
  std::string text() const;

  /// Draws the part for `resized`. After ten draws that do not fit it is the largest part in the middle whose aspect
  /// ratio is within the bounds.
  Box draw(int64_t height, int64_t width, Random& random) const;

  bool operator==(const RandomCrop&) const = default;
};

}  // namespace reszoo
