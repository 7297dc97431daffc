/// Images as rows that a network trains on.
#pragma once
#include "dataset.h"
#include "image_rows.h"
#include "reszoo/learn/plan.h"

namespace reszoo::cli {

/// How images are read and made ready.
struct ImageDataOptions {
  ImageReadOptions read;
  int64_t workers = 1;     ///< threads that decode and augment
  int64_t bad_limit = 100; ///< files whose damage shows in training, before it is an error
  std::function<void(const std::string& line)> tell =
      {};  ///< of files that are left out; not of those in Dataset::notes
};

/// The recipe for images such as these where none is named: `finetune` where training begins with
/// weights, `image` for small images of one size, else `torchvision-v1`.
std::string usual_recipe(const ImageRows& rows, bool begins_with_weights);

/// Parts the images of `options.data`, and makes their transforms by the plan. `known`: the
/// preprocessing of a model that training begins with, of which mean and deviation are taken over.
Dataset make_image_dataset(const DataOptions& options, const ImageDataOptions& images, const ImageParts& parts,
                           const ImagePlan& plan, const std::optional<ImagePreprocess>& known);

/// Images, and the same as a trained model reads them.
struct LabelledImages {
  ImageRows images;
  Batches rows;
};

/// The images of a path with their classes: of a path that sets test images apart, these, else those
/// to validate with, if any.
LabelledImages read_labelled_images(const Model& model, const std::string& path, const ImageDataOptions& images);

}  // namespace reszoo::cli
