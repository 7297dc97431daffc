/// The table formats: how each is detected, read and written. Private.
///
/// A new format needs a source file with its TableFormat, and a line in table_formats.cpp.
#pragma once
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/data/table.h"
#include "table_input.h"

namespace reszoo {

/// Which columns of a table to read, and in which parts.
struct TableSelection {
  TableReadOptions options = {};
  std::vector<std::string> keep = {};  ///< columns to pass through unchanged from the file
  bool whole = false;                  ///< all rows as one part, even if there are no rows

  /// Returns the columns of the file to read; empty means all.
  std::vector<std::string> columns_of_file() const;
};

/// Consecutive rows of a table, in Arrow's types.
struct TablePart {
  std::shared_ptr<arrow::Table> read;            ///< the columns that the options select
  std::shared_ptr<arrow::Table> kept = nullptr;  ///< the columns to pass through; null if there are none
  int64_t first_row = 1;                         ///< within the file, counted from 1
};

/// Returns the next rows, or nothing at the end.
using TableParts = std::function<std::optional<TablePart>()>;

/// Writes record batches of one schema.
class TableBatchWriter {
 public:
  virtual ~TableBatchWriter() = default;
  virtual arrow::Status write(const arrow::RecordBatch& batch) = 0;
  virtual arrow::Status close() = 0;
};

/// A table format.
struct TableFormat {
  std::string_view name;  ///< for messages
  /// Returns whether a file that begins with `start` has this format; null if the content does not tell.
  bool (*recognises)(std::string_view start) = nullptr;
  /// File extensions for formats that are not detected from the content, without `.gz` and `.zst`.
  std::vector<std::string_view> extensions = {};
  /// Opens a table. Throws: Error (file, input), also from the function that it returns.
  TableParts (*read)(const std::shared_ptr<TableInput>& input, const TableSelection& selection) = nullptr;
  /// The file extension for writing, and the writer; empty for a format that is only read.
  std::string_view written_extension = {};
  arrow::Result<std::unique_ptr<TableBatchWriter>> (*write)(const std::shared_ptr<arrow::io::OutputStream>& output,
                                                            const std::shared_ptr<arrow::Schema>& schema) = nullptr;
};

/// Returns the format of a table's bytes; CSV if no other format matches.
const TableFormat& table_format_of(TableInput& input);

/// Opens a table of any format.
TableParts read_parts(const std::shared_ptr<TableInput>& input, const TableSelection& selection);

/// Returns whether a file holds a table, from its content, or from its extension if the content does not tell.
bool is_table_file(const std::filesystem::path& path);

/// Returns the format in which a file with this name is written.
/// Throws: Error (usage) that lists the extensions that can be written.
const TableFormat& written_format(const std::filesystem::path& path);

/// Returns the extension of a file name without the compression: `.csv` for `a.csv` and for `a.csv.gz`.
std::string extension_before_compression(const std::filesystem::path& path);

// --- Used by the formats.

/// Returns the named columns, in this order; a dictionary is replaced by its values.
std::shared_ptr<arrow::Table> select_columns(const arrow::Table& table, const std::vector<std::string>& names,
                                             const std::string& subject);

/// Splits a table with all columns of the file into the columns read and the columns kept.
/// Throws: Error (input) for two columns with the same name, or a column that does not exist.
TablePart selected_part(const std::shared_ptr<arrow::Table>& table, const TableSelection& selection, int64_t first_row,
                        const std::string& subject);

/// Returns the tables that `next` returns as parts, until it returns null. Tables without rows are skipped, unless the
/// selection asks for all rows as one part.
TableParts parts_of_tables(std::function<std::shared_ptr<arrow::Table>()> next, TableSelection selection,
                           std::string subject);

}  // namespace reszoo
