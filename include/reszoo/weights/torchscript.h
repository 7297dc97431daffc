/// Weights out of a TorchScript file.
#pragma once
#include <filesystem>

#include "reszoo/weights/state.h"

namespace reszoo {

/// Reads the parameters and buffers of a file that torch.jit.script or
/// torch.jit.trace wrote, or that C++ `torch::save` wrote of a module.
///
/// Throws: Error (file) if it is no such file, or if it is frozen: a frozen file
/// holds no parameters.
State read_torchscript(const std::filesystem::path& path);

}  // namespace reszoo
