/// A .safetensors file that explains itself.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "reszoo/weights/safetensors.h"

namespace reszoo {

/// Tensors, and a card that says what they are: model, options, classes,
/// preprocessing. Python's safetensors reads the same file.
///
/// The metadata of the file has three entries: `format` = "pt", which other
/// readers want; `reszoo`, the card as JSON text with its `format_version`; and
/// `digest`, XXH3 (128 bits, hexadecimal) over the header, in which the digest's
/// own place holds zeros, and the data. A changed class name is noticed as well
/// as a changed weight.
struct ModelFile {
  nlohmann::json card;
  State tensors = State();
};

constexpr int kModelFileVersion = 1;

/// Tensors whose key begins so belong to the preprocessing, not to the network.
constexpr std::string_view kPreprocessPrefix = "reszoo.preprocess.";

void write_model_file(const std::filesystem::path& path, const ModelFile& file);

/// Reads a file, or one that was parsed from memory.
///
/// Throws: Error (file) if it is damaged, if it is another safetensors file, or
/// if a later version of reszoo wrote it. `verify = false` skips the digest.
ModelFile read_model_file(const std::filesystem::path& path, bool verify = true);
ModelFile parse_model_file(Safetensors file, const std::string& source, bool verify = true);

/// Whether the metadata is that of a model file.
bool is_model_file(const Safetensors& file);

}  // namespace reszoo
