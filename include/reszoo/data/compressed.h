/// Undoing compression.
#pragma once
#include <string>

namespace reszoo {

/// Undoes gzip or zstd where the bytes begin so; returns others as they are.
/// Throws: Error (file) that begins with `subject` when the data is damaged or
/// cut off.
std::string decompressed(std::string bytes, const std::string& subject);

}  // namespace reszoo
