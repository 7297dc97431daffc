/// Decompresses gzip and zstd.
#pragma once
#include <string>

namespace reszoo {

/// Decompresses gzip and zstd, which are detected from the first bytes; returns other bytes unchanged.
/// Throws: Error (file) that begins with `subject` if the data is damaged or truncated.
std::string decompressed(std::string bytes, const std::string& subject);

}  // namespace reszoo
