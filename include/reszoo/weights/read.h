/// Weights out of any file.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/state.h"

namespace reszoo {

/// How weights are read.
struct ReadOptions {
  bool verify = true;       ///< compare checksums and digests where the file has them
  bool prefer_ema = false;  ///< of a checkpoint that has both, take the averaged weights
};

/// What a file is, by its content.
/// `package` is code that AOTInductor compiled.
enum class WeightsKind { safetensors, safetensors_index, model_file, torchscript, package, pth, unknown };

/// Tells what the file is; the end of its name does not matter.
/// Throws: Error (file) that begins with `source`, if it is a damaged archive; Error
/// (file) if it cannot be opened.
WeightsKind detect_weights(const std::filesystem::path& path);
WeightsKind detect_weights(const Bytes& bytes, const std::string& source);

/// Reads the weights of any file that reszoo knows. What a model file holds
/// beside weights (keys `reszoo.*`) is left out. The file is mapped, and tensors
/// alias it where they can.
///
/// Throws: Error (file) that says what the file is, where it is not read.
State read_weights(const std::filesystem::path& path, const ReadOptions& options = {});

/// The same from memory. An index of shards needs the files beside it, and is refused.
State read_weights(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});

}  // namespace reszoo
