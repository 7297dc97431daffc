/// The formats of tables: how each is recognised, read and written. Private.
///
/// A new format is a source file with its row, and a line in table_formats.cpp.
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

/// Which columns of a table are wanted, and in which portions.
struct TableSelection {
  TableReadOptions options = {};
  std::vector<std::string> keep = {};  ///< columns to hand on as they are in the file
  bool whole = false;                  ///< all rows as one part, even if there are none

  /// The columns of the file to read; empty means all.
  std::vector<std::string> columns_of_file() const;
};

/// Some rows of a table, in Arrow's types.
struct TablePart {
  std::shared_ptr<arrow::Table> read;            ///< the columns that the options select
  std::shared_ptr<arrow::Table> kept = nullptr;  ///< the columns to hand on; null if there are none
  int64_t first_row = 1;                         ///< within the file, counted from 1
};

/// Returns the next rows, and nothing at the end.
using TableParts = std::function<std::optional<TablePart>()>;

/// Writes record batches of one schema.
class TableBatchWriter {
 public:
  virtual ~TableBatchWriter() = default;
  virtual arrow::Status write(const arrow::RecordBatch& batch) = 0;
  virtual arrow::Status close() = 0;
};

/// One format.
struct TableFormat {
  std::string_view name;  ///< for messages
  /// Whether a file that begins like this has this format; null where content does not tell.
  bool (*recognises)(std::string_view start) = nullptr;
  /// File extensions where content does not tell, without `.gz` and `.zst`.
  std::vector<std::string_view> extensions = {};
  /// Opens a table. Throws: Error (file, input), also from the function that it returns.
  TableParts (*read)(const std::shared_ptr<TableInput>& input, const TableSelection& selection) = nullptr;
  /// The extension that is written, and its writer; none for a format that is only read.
  std::string_view written_extension = {};
  arrow::Result<std::unique_ptr<TableBatchWriter>> (*write)(const std::shared_ptr<arrow::io::OutputStream>& output,
                                                            const std::shared_ptr<arrow::Schema>& schema) = nullptr;
};

/// The format of a table's bytes; CSV for bytes that no other format recognises.
const TableFormat& table_format_of(TableInput& input);

/// Opens a table of any format.
TableParts read_parts(const std::shared_ptr<TableInput>& input, const TableSelection& selection);

/// Whether a file holds a table: by its content, and by its name where the content does not tell.
bool is_table_file(const std::filesystem::path& path);

/// The format that is written to a file of this name.
/// Throws: Error (usage) that lists the extensions that can be written.
const TableFormat& written_format(const std::filesystem::path& path);

/// The extension of a file's name: `.csv` for `a.csv` and for `a.csv.gz`.
std::string extension_before_compression(const std::filesystem::path& path);

// --- For the formats.

/// The columns of these names, in this order; a dictionary is replaced by its values.
std::shared_ptr<arrow::Table> select_columns(const arrow::Table& table, const std::vector<std::string>& names,
                                             const std::string& subject);

/// Splits a table of all columns of the file into those read and those kept.
/// Throws: Error (input) for two columns of one name, or a column that is not there.
TablePart selected_part(const std::shared_ptr<arrow::Table>& table, const TableSelection& selection, int64_t first_row,
                        const std::string& subject);

/// Parts of the tables that `next` returns until it returns null. Those without rows are skipped, unless the whole
/// is wanted.
TableParts parts_of_tables(std::function<std::shared_ptr<arrow::Table>()> next, TableSelection selection,
                           std::string subject);

}  // namespace reszoo
