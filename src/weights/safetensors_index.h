// Telling the index of a cut safetensors model from other files.
#pragma once
#include <string_view>

namespace reszoo {

/// Whether the bytes are a JSON object that names a `weight_map`.
bool looks_like_index(std::string_view bytes);

}  // namespace reszoo
