/// The model file: weights that say what they are.
#pragma once
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// A safetensors file whose metadata has a card (a JSON object: name and options of the model, classes, preprocessing)
/// and a digest.
struct ModelFile {
  nlohmann::json card;
  StateDict tensors;
};

/// The version that `write_model_file` writes and the newest that is read.
inline constexpr int kModelFileVersion = 1;

/// Writes the file, safely as `write_file` does. The card's "format_version" is set here. The metadata is `format`
/// ("pt"), `reszoo` (the card as text) and `digest`: 32 hexadecimal digits, the XXH3 (128 bits) of the whole file with
/// zeros in place of these digits.
///
/// Throws: Error (usage) if the card is not a JSON object; those of `write_safetensors`.
void write_model_file(const std::filesystem::path& path, nlohmann::json card, const StateDict& tensors);

/// Reads a model file; `verify` compares the digest with the content.
/// Throws: Error (file) if it is no model file, is damaged, or has a newer version.
ModelFile read_model_file(const std::filesystem::path& path, const ReadOptions& options = {});
ModelFile parse_model_file(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});

}  // namespace reszoo
