/// Patterns that name several files: shard-{000..009}.tar, data/2024-*.csv. Private.
#pragma once
#include <filesystem>
#include <vector>

namespace reszoo {

/// Returns whether a path has wildcards (`*`, `?`, `[...]`) or braces, and no file has this name.
bool is_path_pattern(const std::filesystem::path& path);

/// Returns the files and folders that a pattern names: those of each alternative in braces, sorted.
/// Throws: Error (file) if nothing matches; Error (usage) for other text in braces.
std::vector<std::filesystem::path> files_of_pattern(const std::filesystem::path& path);

}  // namespace reszoo
