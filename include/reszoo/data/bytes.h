/// Whole files as bytes.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace reszoo {

/// Reads a whole file.
/// Throws: Error (file) naming a path that is missing, a folder, or cannot be read.
std::string read_bytes(const std::filesystem::path& path);

/// Undoes gzip where the bytes begin as gzip does; returns others as they are.
/// Throws: Error (file) that begins with `subject` when the data is damaged or
/// cut off.
std::string unzipped(std::string bytes, const std::string& subject);

}  // namespace reszoo
