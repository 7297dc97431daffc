// Parses the index of a safetensors model that is split into several files.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reszoo {

/// Whether the bytes are a JSON object that names a `weight_map`.
bool looks_like_index(std::string_view bytes);

/// Returns each tensor with its file, in the order of the index.
/// Throws: Error (file), whose message begins with `source`.
std::vector<std::pair<std::string, std::string>> parse_index(std::string_view text, const std::string& source);

}  // namespace reszoo
