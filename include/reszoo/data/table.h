/// Reads and writes tables: CSV, TSV, Parquet, Feather, JSON Lines.
#pragma once
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Options of read_table. `text` applies to CSV and JSON Lines, `columns` to every format, the others to CSV only.
struct TableReadOptions {
  /// Columns to read as text, whatever they look like.
  std::vector<std::string> text = {};
  /// Columns to read; all without any.
  std::vector<std::string> columns = {};
  std::optional<char> delimiter = {};  ///< default: found in the first line
  char decimal = '.';                  ///< ',' for numbers like 3,5
  char quote = '"';                    ///< '\0' for none
  /// Whether the first line names the columns; if not, they are f0, f1, ... Default: it does, and a line of numbers
  /// only is rejected, since it is probably data.
  std::optional<bool> header = {};
};

/// Reads a table. Parquet, Feather (Arrow IPC) and JSON Lines (an object a line) are recognised by content, all else
/// is CSV with a header line; gzip and zstd are undone. The delimiter is a tab for `.tsv`, else the one of comma,
/// semicolon, tab and bar that the header has most of. A folder is its Parquet files, one after the other in the
/// order of their names; files whose name begins with `.` or `_` are left out.
///
/// | in the file                              | in memory                          |
/// |------------------------------------------|------------------------------------|
/// | integers, floats, decimals               | number (beyond 2^53 rounded)       |
/// | dates, timestamps; in text as ISO 8601   | date: days since 1970-01-01 UTC    |
/// | times of day, durations                  | number: seconds                    |
/// | booleans                                 | text: `true`, `false`              |
/// | strings, dictionaries                    | text                               |
/// | null, NaN, ""; in CSV also NA, null, ... | missing                            |
///
/// Throws: Error (file) for a file that is missing, damaged or not a table;
/// Error (input) for a table without header or rows, two columns of one name, a
/// row with another number of columns or a quote that is not closed (rows count
/// from 1 below the header), an object or list in a value of JSON Lines, a file of a
/// folder with other columns than the first.
Frame read_table(const std::filesystem::path& path, const TableReadOptions& options = {});

/// Reads a table of any of these formats from a stream, to its end. Messages call it `name`.
Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options = {});

/// Writes CSV or Parquet, by the extension of the path (`.csv`, `.parquet`). The file is complete or does not appear.
/// Numbers read back as the same numbers; missing values are empty in CSV and null in Parquet.
/// Throws: Error (usage) for another extension; Error (file) if it cannot be written.
void write_table(const std::filesystem::path& path, const Frame& frame);

/// Writes the table as CSV to a stream.
/// Throws: Error (file) if writing fails.
void write_csv(std::ostream& stream, const Frame& frame);

}  // namespace reszoo
