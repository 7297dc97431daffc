/// Reads and writes the safetensors format: a JSON header and the tensors' bytes.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// The content of a safetensors file.
struct Safetensors {
  StateDict tensors;                            ///< in the order of the header
  std::map<std::string, std::string> metadata;  ///< the header's `__metadata__`
  Bytes bytes;                                  ///< the whole file
};

/// Parses the bytes of a file. The tensors alias the bytes, but tensors that are not aligned to their element size are
/// copied, and so are all tensors of a `Bytes::view`.
///
/// The whole header is checked: its length, its JSON, dtypes, shapes, and that the tensors fill the data exactly,
/// without overlaps or gaps. A metadata entry "decoder.weight": "encoder.weight", whose value is the key of a tensor
/// and whose last part is the same, is an alias of that tensor, as Python's `safetensors.torch.save_model` writes it.
/// It becomes a key, after the others.
///
/// Throws: Error (file), whose message begins with `source`.
/// Source: github.com/huggingface/safetensors, "Format".
Safetensors parse_safetensors(const Bytes& bytes, const std::string& source);

/// Reads a file, which is memory-mapped.
Safetensors read_safetensors(const std::filesystem::path& path);

/// Returns the bytes of a file. Tensors are copied to the CPU and made contiguous. The header lists them in the order
/// of the state_dict; the data starts with the widest dtypes, so that each tensor is aligned. If several tensors are
/// the same view of the same storage, the first in alphabetical order is written, and the others become metadata
/// entries that name it. `format` is set to `pt` if the metadata lacks it.
///
/// Throws: Error (input) for a tensor or text that the format cannot hold, or for metadata that would be read as an
/// alias of a tensor.
std::string serialize_safetensors(const StateDict& tensors, const std::map<std::string, std::string>& metadata = {});

/// Writes the file, atomically as `write_file` does.
void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace reszoo
