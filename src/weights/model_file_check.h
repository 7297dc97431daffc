// From a safetensors file to a model file, for who has the first already.
#pragma once
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/safetensors.h"

namespace reszoo {

/// Takes the card out of the metadata and compares the digest.
/// Throws: Error (file) as `parse_model_file`.
ModelFile check_model_file(Safetensors file, const std::string& source, const ReadOptions& options);

}  // namespace reszoo
