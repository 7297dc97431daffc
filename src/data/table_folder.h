/// Reads a folder of Parquet files as one table. Private.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Returns the Parquet files of a folder in the order of their names, without those whose name begins with `.` or `_`.
/// Throws: Error (file) for a folder without any.
std::vector<std::filesystem::path> parquet_files(const std::filesystem::path& folder);

/// Checks that a table has the same columns, of the same kinds, as `first`. A column without any value matches every
/// kind.
/// Throws: Error (input) that names both files and the column.
void check_same_columns(const Frame& table, const std::string& subject, const Frame& first,
                        const std::string& first_subject);

}  // namespace reszoo
