/// Reads the model file that a training starts from.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/weights/read.h"

namespace reszoo {

/// The network of such a file.
struct StartModel {
  std::string network;     ///< name of a registered model
  nlohmann::json options;  ///< for TrainingRecipe::options, without the options that follow from the data
  std::optional<ImagePreprocess> image = {};
};

/// Reads the metadata of a model file, but no weights. Returns nothing for other weights files.
/// Throws: Error (file) if the file cannot be read or is damaged.
std::optional<StartModel> read_start_model(const std::filesystem::path& path);

/// Finds the registered model that the weights in a file fit, under any names; for files that do not name it. Of
/// several models, it is the one that the file's name begins with. Returns nothing if none fits or it cannot be told.
/// Throws: Error if the file cannot be read, or if it has several states and the options name none.
std::optional<StartModel> identify_start_model(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace reszoo
