/// Undoing gzip.
#pragma once
#include <string>

namespace reszoo {

/// Undoes gzip where the bytes begin as gzip does; returns others as they are.
/// Throws: Error (file) that begins with `subject` when the data is damaged or
/// cut off.
std::string unzipped(std::string bytes, const std::string& subject);

}  // namespace reszoo
