/// Model files: weights together with the description of their model.
#pragma once
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// The content of a model file: a safetensors file whose `__metadata__` also has the model's metadata (a JSON object
/// with name and options of the model, classes and preprocessing) and a digest.
struct ModelFile {
  nlohmann::json card;
  StateDict tensors;
};

/// The format version that `write_model_file` writes, and the newest one that can be read.
inline constexpr int kModelFileVersion = 1;

/// Writes the file, atomically as `write_file` does, and sets "format_version" in the model's metadata `card`. The keys
/// of the file's `__metadata__` are `format` ("pt"), `reszoo` (`card` as text) and `digest`: 32 hexadecimal digits, the
/// XXH3 (128 bits) of the whole file with zeros in place of these digits.
///
/// Throws: Error (usage) if `card` is not a JSON object; what `write_safetensors` throws.
void write_model_file(const std::filesystem::path& path, nlohmann::json card, const StateDict& tensors);

/// Reads a model file. With `verify`, the digest is compared with the content.
/// Throws: Error (file) if the file is not a model file, is damaged, or has a newer version.
ModelFile read_model_file(const std::filesystem::path& path, const ReadOptions& options = {});
ModelFile parse_model_file(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});

}  // namespace reszoo
