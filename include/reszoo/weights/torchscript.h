/// Weights from TorchScript files.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Reads parameters and buffers of a file of `torch.jit.script`, `torch.jit.trace` or C++ `torch::save`, in the order
/// of `state_dict`. Buffers that Python leaves out of its `state_dict` are included: the file does not distinguish
/// them. Nothing in the file is run or compiled.
///
/// Throws: Error (file) if it is not such a file, or is frozen: freezing turns
/// parameters into nameless constants.
StateDict read_torchscript(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});
StateDict read_torchscript(const std::filesystem::path& path, const ReadOptions& options = {});

/// Compares the CRC-32 of everything in a TorchScript file. LibTorch's own loading does not.
/// Throws: Error (file) for damage.
void check_torchscript(const std::filesystem::path& path);

}  // namespace reszoo
