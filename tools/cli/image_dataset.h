/// Pictures as rows that a network trains on.
#pragma once
#include "dataset.h"
#include "image_rows.h"
#include "reszoo/learn/plan.h"

namespace reszoo::cli {

/// How pictures are read and made ready.
struct ImageDataOptions {
  ImageReadOptions read;
  int64_t workers = 1;     ///< threads that decode and augment
  int64_t bad_limit = 100; ///< files whose damage shows in training, before it is an error
  std::function<void(const std::string& line)> tell = {};  ///< of files that are left out
};

/// Reads and parts the pictures, and makes their transforms by the plan. `known`: the preprocessing
/// of a model that training begins with, of which mean and deviation are taken over.
Dataset read_image_dataset(const DataOptions& options, const ImageDataOptions& images, const ImagePlan& plan,
                           const std::optional<ImagePreprocess>& known);

/// The pictures of a path as a trained model reads them, with their classes: of a path that sets test
/// pictures apart, these.
Batches read_labelled_images(const Model& model, const std::string& path, const ImageDataOptions& images = {});

/// The same, as pictures.
ImageRows read_labelled_rows(const std::string& path, const ImageReadOptions& options);

}  // namespace reszoo::cli
