/// Decompression.
#pragma once
#include <string>

namespace reszoo {

/// Decompresses gzip and zstd, which are recognised by their first bytes; returns other bytes as they are.
/// Throws: Error (file) that begins with `subject` if the data is damaged or cut off.
std::string decompressed(std::string bytes, const std::string& subject);

}  // namespace reszoo
