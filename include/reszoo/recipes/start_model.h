/// A model file that a training begins with.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reszoo/preprocess/image_preprocess.h"

namespace reszoo {

/// What such a file says of its network.
struct StartModel {
  std::string network;     ///< a row of the registry
  nlohmann::json options;  ///< for TrainingRecipe::options: without what follows from the data
  std::optional<ImagePreprocess> image = {};
};

/// Reads a model file's metadata, and no weights; nothing for weights of another kind.
/// Throws: Error (file).
std::optional<StartModel> read_start_model(const std::filesystem::path& path);

}  // namespace reszoo
