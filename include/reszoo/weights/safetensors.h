/// The safetensors format: a JSON header and the tensors' bytes.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "reszoo/base/bytes.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// What a safetensors file holds.
struct Safetensors {
  StateDict tensors;                            ///< in the order of the header
  std::map<std::string, std::string> metadata;  ///< the header's `__metadata__`
  Bytes bytes;                                  ///< the whole file
};

/// Reads a file's bytes. The tensors alias them. Those that are not aligned to their element size are copied, and so
/// are all tensors of a `Bytes::view`.
///
/// Every claim of the header is checked: its length, its JSON, types, shapes, and that the tensors fill the data
/// without overlap, gap or rest. Metadata whose text is a tensor's key is another name of that tensor, as Python's
/// `safetensors.torch.save_model` writes it: it becomes a key, after the others.
///
/// Throws: Error (file) that begins with `source`.
/// Source: github.com/huggingface/safetensors, "Format".
Safetensors parse_safetensors(const Bytes& bytes, const std::string& source);

/// The same for a file, which is mapped.
Safetensors read_safetensors(const std::filesystem::path& path);

/// Reads a model that is split into several files: `path` is the JSON index that says in which file of its folder each
/// tensor is (`weight_map`). Tensors have the order of the index.
///
/// Throws: Error (file) if a file lacks a tensor or has one that the index does
/// not give to it, or if a name leads out of the folder.
/// Source: Hugging Face, `model.safetensors.index.json`.
StateDict read_safetensors_index(const std::filesystem::path& path);

/// Returns the file's bytes. Tensors are copied to the CPU and become contiguous; the header lists them in the state's
/// order, the data has the widest types first, so that each tensor is aligned. If several tensors are the same view of
/// the same storage, the first in alphabetical order is written, and the others become metadata that name it. `format`
/// is set to `pt` if the metadata lacks it.
///
/// Throws: Error (input) for a tensor or text that the format cannot hold, or
/// metadata that would be read as a further name of a tensor.
std::string serialize_safetensors(const StateDict& tensors, const std::map<std::string, std::string>& metadata = {});

/// Writes the file, safely as `write_file` does.
void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace reszoo
