/// The preprocessing of images that a network is trained on. Private.
#pragma once
#include <optional>

#include "reszoo/data/image_rows.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/recipes/image_recipe.h"

namespace reszoo {

/// Returns whether the images all have one size, which is so small that they are not resized.
bool are_small(const ImageRows& rows);

/// Returns the shorter side after resizing, so that a crop of `size` is the recipe's crop_share of it.
int64_t resize_for(int64_t size, const ImageRecipe& recipe);

/// Returns the preprocessing of these images in evaluation. Unless the recipe or the known preprocessing gives mean and
/// standard deviation, they are ImageNet's, or measured for small images and for channels or values that ImageNet has
/// not.
ImagePreprocess preprocess_for(const ImageRows& rows, const ImageRecipe& recipe,
                               const std::optional<ImagePreprocess>& known);

}  // namespace reszoo
