/// Reads the model file that a training starts from.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reszoo/preprocess/image_preprocess.h"

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

}  // namespace reszoo
