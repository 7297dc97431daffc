/// Random crops of training images.
#pragma once
#include <string>
#include <string_view>

#include "reszoo/base/random.h"
#include "reszoo/preprocess/lazy_image.h"

namespace reszoo {

/// How a random crop is drawn: comparable, printable as text, parsed from text.
///
/// | text             | crop                                                                          |
/// |------------------|-------------------------------------------------------------------------------|
/// | `none`           | that of the evaluation                                                        |
/// | `resized`        | `resized:0.08,1`                                                              |
/// | `resized:A,B`    | area in [A, B] of the image's, aspect ratio in [3/4, 4/3], then resized       |
/// | `padded:P`       | the evaluation's size, from the evaluation's image with P black pixels on all sides |
///
/// Source: `resized` Szegedy et al. 2014, arXiv:1409.4842, drawn as by torchvision's RandomResizedCrop; `padded` Lee et
/// al. 2015, arXiv:1409.5185.
struct RandomCrop {
  enum class Kind { none, resized, padded };

  Kind kind = Kind::none;
  double least_area = 0.08, most_area = 1;  ///< fractions of the image's area; for `resized`
  int64_t padding = 4;                      ///< pixels; for `padded`

  /// Parses the texts of the table. Throws: Error (usage) for any other text.
  static RandomCrop parse(std::string_view text);

  /// Returns the text that `parse` reads back.
  std::string text() const;

  /// Draws the crop for `resized`. After ten draws that do not fit, it is the largest centre crop whose aspect ratio is
  /// within the bounds.
  Box draw(int64_t height, int64_t width, Random& random) const;

  bool operator==(const RandomCrop&) const = default;
};

}  // namespace reszoo
