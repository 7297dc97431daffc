/// Exports models for the runtime, which predicts without LibTorch.
#pragma once
#include <filesystem>

#include "reszoo/infer/model.h"

namespace reszoo {

/// Writes a model as `RuntimeModel` (reszoo/runtime/runtime_model.h) reads it: the operations that `fuse` would run,
/// with norms folded into the weights, the quantization, and the preprocessing and the target if it has them. Weights
/// are float32, also those that int8 uses; they are packed when the file is read, for the processor that reads it.
///
/// Throws: Error (usage) for an operation that the runtime has no kernel for, with its key; Error (device) if the
/// networks are not float32 on a CPU; Error (file) if the file cannot be written.
void export_runtime(const Model& model, const std::filesystem::path& path);

}  // namespace reszoo
