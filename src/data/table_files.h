/// Parquet and Feather files as Arrow's tables, and folders of them. Private.
#pragma once
#include <arrow/io/interfaces.h>
#include <arrow/table.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

enum class TableFormat { csv, parquet, feather };

/// Tells the format by a file's first bytes.
/// Throws: Error (file) for Feather of version 1.
TableFormat format_of(std::string_view start, const std::string& subject);

/// Whether a CSV file of this name is parted by tabs: `.tsv`, also compressed.
bool is_tab_separated(const std::filesystem::path& path);

/// Gives a table's rows part by part, nullptr at the end.
using TableParts = std::function<std::shared_ptr<arrow::Table>()>;

/// The parts of a Parquet or Feather file: at most `rows` rows each, or its record
/// batches with 0. `columns`: these alone; all without any.
/// Throws: Error (file), also from the function that it returns.
TableParts parts_of(TableFormat format, const std::shared_ptr<arrow::io::RandomAccessFile>& file,
                    const std::vector<std::string>& columns, int64_t rows, const std::string& subject);

/// The whole of it.
std::shared_ptr<arrow::Table> whole_of(TableFormat format, const std::shared_ptr<arrow::io::RandomAccessFile>& file,
                                       const std::vector<std::string>& columns, const std::string& subject);

/// The Parquet files of a folder in the order of their names, without those that
/// begin with `.` or `_`.
/// Throws: Error (file) for a folder without any.
std::vector<std::filesystem::path> parquet_files(const std::filesystem::path& folder);

/// Throws: Error (input) naming `subject` and the column, unless the table has the
/// same columns of the same kinds as `first`, of `first_subject`. A column without
/// any value may be of every kind.
void check_same_columns(const Frame& table, const std::string& subject, const Frame& first,
                        const std::string& first_subject);

}  // namespace reszoo
