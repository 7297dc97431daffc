// Reads the index of a model that is split into several files.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reszoo/weights/read.h"

namespace reszoo {

/// Whether the bytes are a JSON object that names a `weight_map`.
bool looks_like_index(std::string_view bytes);

/// Returns each tensor with its file, in the order of the index.
/// Throws: Error (file), whose message begins with `source`.
std::vector<std::pair<std::string, std::string>> parse_index(std::string_view text, const std::string& source);

/// If the name is that of one of several parts ("model-00001-of-00003.safetensors"), throws an Error (file) that names
/// the index to read instead.
void check_is_whole(const std::filesystem::path& path);

}  // namespace reszoo
