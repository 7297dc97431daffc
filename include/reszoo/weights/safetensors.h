/// The safetensors format: a JSON header and a buffer.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "reszoo/weights/state.h"

namespace reszoo {

/// What a .safetensors file holds.
struct Safetensors {
  State tensors = State();
  std::map<std::string, std::string> metadata;
  std::shared_ptr<const std::string> bytes;  ///< the whole file, which the tensors share
};

/// Reads a file of this format from memory. The tensors share the bytes.
///
/// Every byte of the buffer must belong to exactly one tensor, as the format
/// demands. `source` is named in messages.
/// Throws: Error (file) for anything that is not as the format says.
/// Source: github.com/huggingface/safetensors, "Format".
Safetensors parse_safetensors(std::string bytes, const std::string& source);

/// Reads a file.
Safetensors read_safetensors(const std::filesystem::path& path);

/// Writes a file, safely (see base/file.h). Tensors are moved to the CPU and made
/// contiguous.
/// Throws: Error (file), or Error (usage) for a dtype that the format lacks.
void write_safetensors(const std::filesystem::path& path, const State& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// The first part of a file: eight bytes of length, then the JSON text.
std::string safetensors_header(const State& tensors, const std::map<std::string, std::string>& metadata);

/// The tensors on the CPU, contiguous, in the order of the header, and their bytes.
std::vector<at::Tensor> contiguous_tensors(const State& tensors);
std::string_view bytes_of(const at::Tensor& contiguous);

}  // namespace reszoo
