/// From images to data that a network trains on.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "reszoo/data/image_rows.h"
#include "reszoo/recipes/training_data.h"
#include "reszoo/recipes/training_recipe.h"

namespace reszoo {

/// How images are made ready.
struct ImageDataOptions {
  SplitOptions split = {};            ///< which images validate and test; columns for it are of tables alone
  TargetOptions target_options = {};  ///< task, order of the classes
  ClassBalance balance = ClassBalance::none;
  ImageReadOptions read = {};  ///< how the paths of `split` are read, and what happens to bad files
  int64_t workers = 1;         ///< threads that decode and augment; 0: none but the caller's
  int64_t bad_limit = 100;     ///< files whose damage shows in training, before it is an error
  /// The preprocessing of a model that training begins with; mean and standard deviation are taken over.
  std::optional<ImagePreprocess> preprocess = {};
  std::function<void(const std::string& line)> on_note = {};  ///< called for each file that is left out in training
  uint64_t seed = 0;                                          ///< of the split
};

/// The name of the recipe for such images where none is chosen: `finetune` where training begins with weights, `image`
/// for images of one size up to 96 pixels, else `torchvision-v1`.
std::string default_image_recipe(const ImageRows& images, bool begins_with_weights = false);

/// Parts the images, fits target and normalisation on those to train on, and prepares them as the recipe says.
///
///     const auto images = read_image_splits("photos");
///     const auto recipe = training_recipe(default_image_recipe(images.train), images.train.rows());
///     const auto data = make_image_data(images, recipe.image);
///
/// `source` is the path that messages begin with; it may be empty.
/// Throws: Error that names the file or path.
TrainingData make_image_data(const ImageSplits& parts, const ImageRecipe& recipe, const ImageDataOptions& options = {},
                             const std::string& source = {});

/// Images, and the same as a trained model reads them.
struct LabelledImages {
  ImageRows images;
  Dataset rows;
};

/// The images of a path with their classes, for a trained model: where the path sets test images apart, these, else
/// those to validate with, if any, else all.
LabelledImages read_labelled_images(const Model& model, const std::filesystem::path& path,
                                    const ImageDataOptions& options = {});

}  // namespace reszoo
