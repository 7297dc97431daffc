/// Folders of IDX files as rows that a network trains on.
#pragma once
#include "dataset.h"

namespace reszoo::cli {

Dataset read_image_dataset(const DataOptions& options);

/// The test pictures of a folder, as a trained model reads them.
TensorBatches read_labelled_images(const Model& model, const std::string& path);

}  // namespace reszoo::cli
