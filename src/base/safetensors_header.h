// Reads the header of a safetensors file: what tensors it has and where their bytes are.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/bytes.h"

namespace reszoo {

/// A tensor of the file.
struct SafetensorsEntry {
  std::string key;
  std::string dtype;  ///< "F32"
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  ///< of its bytes within the data
};

/// The checked header of a file, and the file.
struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;        ///< in the order of the header
  std::map<std::string, std::string> metadata;  ///< the header's `__metadata__`
  Bytes bytes;                                  ///< the whole file
  uint64_t data = 0;                            ///< where the tensors' bytes begin

  /// Returns the bytes of a tensor, which share the owner of the file's.
  Bytes bytes_of(const SafetensorsEntry& entry) const {
    return bytes.part(data + entry.begin, entry.end - entry.begin);
  }
};

/// The longest header that can be read, in bytes. Python's library allows 100 MB; a smaller limit bounds the memory
/// that a hostile header can take.
inline constexpr uint64_t kMostHeader = uint64_t{64} << 20;

/// Returns the size of a value of a dtype of the format, in bytes; 0 for an unknown one.
size_t safetensors_value_size(std::string_view dtype);

/// Parses the bytes of a file: its header's length, its JSON, dtypes, shapes, and that the tensors fill the data
/// exactly, without overlaps or gaps.
/// Throws: Error (file), whose message begins with `source`.
SafetensorsHeader parse_safetensors_header(const Bytes& bytes, const std::string& source);

}  // namespace reszoo
