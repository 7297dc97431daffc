/// The files of a table.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace reszoo {

/// Files, folders and patterns that are read as one table. Converts from one path or several:
///
///     read_table("rows.csv");
///     read_table("data/2024-*.csv");                                // or day-{01..31}.csv, if no file has this name
///     read_table(std::vector<std::filesystem::path>{"a.csv", "b.csv"});
class TablePaths {
 public:
  TablePaths() = default;
  TablePaths(std::filesystem::path path) : paths_{std::move(path)} {}
  TablePaths(const std::string& path) : paths_{path} {}
  TablePaths(const char* path) : paths_{path} {}
  TablePaths(std::vector<std::filesystem::path> paths) : paths_(std::move(paths)) {}
  TablePaths(const std::vector<std::string>& paths) : paths_(paths.begin(), paths.end()) {}

  const std::vector<std::filesystem::path>& paths() const { return paths_; }

  /// Returns the first path. Throws: Error (usage) without a path.
  const std::filesystem::path& first() const;

  /// Returns the paths with each pattern replaced by the files and folders that match it, sorted.
  /// Throws: Error (file) for a pattern that nothing matches; Error (usage) without a path.
  std::vector<std::filesystem::path> expanded() const;

  /// Returns a name for messages: the path, or `a.csv and 2 more`.
  std::string text() const;

 private:
  std::vector<std::filesystem::path> paths_;
};

}  // namespace reszoo
