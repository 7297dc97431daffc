/// Weights out of TorchScript files.
#pragma once
#include <filesystem>

#include "reszoo/weights/state.h"

namespace reszoo {

/// Reads parameters and buffers of a file of `torch.jit.script`,
/// `torch.jit.trace` or C++ `torch::save`, in the order of `state_dict`. Buffers
/// that Python leaves out of its `state_dict` are among them: the file does not
/// tell them apart.
///
/// Throws: Error (file) if it is not such a file, or is frozen: freezing turns
/// parameters into nameless constants.
State read_torchscript(const std::filesystem::path& path);

}  // namespace reszoo
