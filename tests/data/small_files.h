/// Small files and tensors that several tests of this room make.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/base/atomic_file.h"

namespace reszoo::test {

/// Writes a file, and makes the folders that it lies in.
inline void put(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  write_file(path, bytes);
}

/// A tensor (shape) uint8 of these values.
inline at::Tensor bytes_tensor(std::vector<uint8_t> values, const std::vector<int64_t>& shape) {
  return torch::from_blob(values.data(), shape, torch::kUInt8).clone();
}

}  // namespace reszoo::test
