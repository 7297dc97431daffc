/// Reading and writing whole files, so that nothing is lost.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reszoo {

/// Writes the pieces, one after the other, to `path`: into a temporary file
/// beside it, every write checked, then fsync, rename, fsync of the folder. A
/// file that was there stays whole until the new one is.
///
/// Throws: Error (file), `path: what is wrong`.
void write_file(const std::filesystem::path& path, const std::vector<std::string_view>& pieces);

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, std::vector<std::string_view>{text});
}

/// Reads a whole file.
///
/// Throws: Error (file) if it is not there, a folder, or unreadable.
std::string read_file(const std::filesystem::path& path);

}  // namespace reszoo
