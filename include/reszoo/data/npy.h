/// Writes NumPy's .npy files.
#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>

namespace reszoo {

/// Writes a tensor as a .npy file of float32 in C order.
///
/// Throws: Error (file).
/// Source: numpy.lib.format, version 1.0.
void write_npy(const std::filesystem::path& path, const at::Tensor& tensor);

}  // namespace reszoo
