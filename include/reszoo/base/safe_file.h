/// Files that are either whole and new or whole and old.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Writes the pieces, one after the other, as the file `path`.
///
/// They go to a temporary file in the same folder, which is checked, flushed to
/// the disk and renamed; so `path` holds the old content or the new, whatever
/// happens in between.
///
/// Throws: Error (file) if anything fails; the temporary file is then removed.
void write_file(const std::filesystem::path& path, const std::vector<std::string_view>& pieces);
void write_file(const std::filesystem::path& path, std::string_view content);

/// Returns the whole file.
/// Throws: Error (file) if it is missing, a folder, or cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace reszoo
