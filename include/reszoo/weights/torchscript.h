/// Reads weights from TorchScript files.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Reads the parameters and buffers of a file of `torch.jit.script`, `torch.jit.trace` or C++ `torch::save`, in the
/// order of `state_dict`. Buffers that Python leaves out of its `state_dict` are included, because the file does not
/// distinguish them. No code in the file is run or compiled.
///
/// Throws: Error (file) if the file is not TorchScript, or is frozen: freezing turns parameters into constants without
/// names.
StateDict read_torchscript(const Bytes& bytes, const std::string& source, const ReadOptions& options = {});
StateDict read_torchscript(const std::filesystem::path& path, const ReadOptions& options = {});

/// Verifies the CRC-32 of everything in a TorchScript file, which LibTorch does not do when it loads one.
/// Throws: Error (file) if the file is damaged.
void check_torchscript(const std::filesystem::path& path);

}  // namespace reszoo
