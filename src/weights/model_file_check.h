// Converts a safetensors file that is already read to a model file.
#pragma once
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/safetensors.h"

namespace reszoo {

/// Parses the model's metadata and verifies the digest.
/// Throws: Error (file) as `parse_model_file` does.
ModelFile check_model_file(Safetensors file, const std::string& source, const ReadOptions& options);

}  // namespace reszoo
