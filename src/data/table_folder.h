/// Finds the files of a table in folders. Private.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "reszoo/data/table.h"

namespace reszoo {

/// A file of a table.
struct TableFile {
  std::filesystem::path path;
  /// Columns that the names of its folders give: `year=2024/part.parquet` has the column `year`.
  std::map<std::string, std::string> folders = {};
};

/// Returns the files of a table that are in a folder and its subfolders, sorted by path: those of the format that the
/// folder has, without hidden ones and those whose name begins with `_`. `on_note` gets a line about the other files.
/// Throws: Error (file) for a folder without a table; Error (usage) for a folder with tables of several formats, and
/// for one with parts for training and for testing.
std::vector<TableFile> files_of_folder(const std::filesystem::path& folder, const TableReadOptions& options);

/// Returns whether the folder, or one of its subfolders, has files of tables.
bool is_table_folder(const std::filesystem::path& folder);

/// Returns the columns that the folders of a path give.
std::map<std::string, std::string> columns_of_path(const std::filesystem::path& path);

}  // namespace reszoo
