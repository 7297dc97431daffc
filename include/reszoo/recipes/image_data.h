/// Prepares images for training.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "reszoo/data/image_rows.h"
#include "reszoo/recipes/training_data.h"
#include "reszoo/recipes/training_recipe.h"

namespace reszoo {

/// Options of `make_image_data`.
struct ImageDataOptions {
  SplitOptions split = {};            ///< how images are split; its columns are for tables only
  TargetOptions target_options = {};  ///< task, order of the classes
  ClassBalance balance = ClassBalance::none;
  ImageReadOptions read = {};  ///< how the paths of `split` are read, and how bad files are handled
  int64_t workers = 1;         ///< threads that decode and augment; 0: only the calling thread
  int64_t bad_limit = 100;     ///< damaged files that training tolerates before it fails
  /// The preprocessing of the model that training starts from. Its mean and standard deviation are used.
  std::optional<ImagePreprocess> preprocess = {};
  std::function<void(const std::string& line)> on_note = {};  ///< called for each file that training leaves out
  uint64_t seed = 0;                                          ///< seed of the split
};

/// Returns the name of the default recipe: `finetune` if training starts from weights, `image` for images of one size
/// up to 96 pixels, else `torchvision-v1`.
std::string default_image_recipe(const ImageRows& images, bool begins_with_weights = false);

/// Splits the images, fits target and normalisation on the training images, and prepares all images for the recipe.
///
///     const auto images = read_image_splits("photos");
///     const auto recipe = training_recipe(default_image_recipe(images.train), images.train.rows());
///     const auto data = make_image_data(images, recipe.image);
///
/// Images with several targets, or a number, train as the rows of a table do; see Target. Whole numbers in a table with
/// more than 20 different values need a task.
/// `source` is the path at the beginning of messages; it may be empty.
/// Throws: Error, which names the file or path.
TrainingData make_image_data(const ImageSplits& parts, const ImageRecipe& recipe, const ImageDataOptions& options = {},
                             const std::string& source = {});

/// Images, and the same images as inputs of a trained model.
struct LabelledImages {
  ImageRows images;
  Dataset rows;
  std::shared_ptr<LeftOut> left_out = {};  ///< what is left out so far; see TrainingData::left_out
};

/// Reads the images of a path with their classes, for a trained model. If the path has a test set, its images are read,
/// else those of the validation set if there is one, else all.
LabelledImages read_labelled_images(const Model& model, const std::filesystem::path& path,
                                    const ImageDataOptions& options = {});

}  // namespace reszoo
