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
  bool joined = false;                 ///< parts are joined, so that all must have the columns of the whole file

  /// Returns the columns of the file to read; empty means all.
  std::vector<std::string> columns_of_file() const;

  /// Returns the selection for a file with these columns: `options.columns` names all that are read, if some are left
  /// out by `options.ignore`.
  /// Throws: Error (input) that begins with `subject` for a column that does not exist, or a name that is not UTF-8.
  TableSelection of_columns(const std::vector<std::string>& names, const std::string& subject) const;
};

/// Consecutive rows of a table, in Arrow's types.
struct TablePart {
  std::shared_ptr<arrow::Table> read;            ///< the columns that the options select
  std::shared_ptr<arrow::Table> kept = nullptr;  ///< the columns to pass through; null if there are none
  int64_t first_row = 1;                         ///< within the file, counted from 1
  std::string source = {};                       ///< the file, or the name of the stream, for messages
  std::vector<RowSource> sources = {};           ///< the files, if there are several
  bool typed = false;                            ///< whether the file says what its columns hold
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
  bool typed = false;  ///< whether the file says what its columns hold
  /// Opens a table. Throws: Error (file, input), also from the function that it returns.
  TableParts (*read)(const std::shared_ptr<TableInput>& input, const TableSelection& selection) = nullptr;
  /// The file extension for writing, and the writer; empty for a format that is only read.
  std::string_view written_extension = {};
  arrow::Result<std::unique_ptr<TableBatchWriter>> (*write)(const std::shared_ptr<arrow::io::OutputStream>& output,
                                                            const std::shared_ptr<arrow::Schema>& schema) = nullptr;
};

/// A table that was opened.
struct OpenTable {
  const TableFormat* format = nullptr;
  TableParts next = {};
};

/// Opens a table of any format: CSV if no other format matches. Text in another encoding becomes UTF-8.
/// Throws: Error (file) for the content of other files, such as archives and workbooks, which says what to do.
OpenTable open_table(const std::shared_ptr<TableInput>& input, const TableSelection& selection);

/// Returns whether a file is read as a table: its content is that of a format, or looks like rows of text, or its
/// extension is one of CSV's. Also returns true for files that `open_table` refuses with a line about what they are.
bool is_table_file(const std::filesystem::path& path);

/// Returns the format of a file from its content; null for CSV and for files that are no table.
const TableFormat* format_of_content(const std::filesystem::path& path);

/// Returns whether the name has an extension of CSV.
bool is_csv_name(const std::filesystem::path& path);

/// Returns the format in which a file with this name is written.
/// Throws: Error (usage) that lists the extensions that can be written.
const TableFormat& written_format(const std::filesystem::path& path);

/// Returns the extension of a file name without the compression, in small letters: `.csv` for `a.CSV` and `a.csv.gz`.
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
