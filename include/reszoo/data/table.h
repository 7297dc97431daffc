/// Reads and writes tables: CSV, TSV, Parquet, Arrow IPC, JSON Lines.
#pragma once
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/table_paths.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Options of read_table. `text` and `encoding` apply to CSV and JSON Lines; `delimiter`, `quote`, `skip_rows` and
/// `header` to CSV only; the others to every format. How numbers and dates in text are written, and which words are
/// missing values, is handed on in `Frame::notation`.
struct TableReadOptions {
  /// Columns to read as text, even if they look like numbers or dates.
  std::vector<std::string> text = {};
  /// Columns to read; if empty, all columns.
  std::vector<std::string> columns = {};
  /// Columns that are not read, if `columns` is empty.
  std::vector<std::string> ignore = {};
  std::optional<char> delimiter = {};  ///< default: detected from the first lines
  char decimal = '.';                  ///< ',' for numbers like 3,5
  char quote = '"';                    ///< '\0' for none
  int64_t skip_rows = 0;               ///< lines to leave out before the header
  /// Encoding of CSV and JSON: a name that iconv knows. Default: UTF-8, or UTF-16 if the bytes show it.
  std::string encoding = {};
  /// Is called with a line about what was taken for granted or left out.
  std::function<void(const std::string& line)> on_note = {};
  /// Whether the first line has the column names; if not, the columns are named f0, f1, ... By default it has them, and
  /// a first line that consists only of numbers is rejected, because it is probably data.
  std::optional<bool> header = {};
  /// Words and numbers that mean a missing value in every column: `n.a.`, `-999`.
  std::vector<std::string> missing = {};
  std::optional<char> thousands = {};  ///< separator of thousands of numbers in text (learnt in training)
  std::string date_format = {};        ///< order of dates in text (learnt in training), see `date_in`
};

/// Returns the part of the options that belongs to the cells and not to the file.
TableNotation notation_of(const TableReadOptions& options);

/// Reads a table from files, folders or patterns (see `TablePaths`), which must have the same columns. Parquet, Arrow
/// IPC (Feather and streams) and JSON (an object a line, or an array of objects) are detected from the content;
/// everything else is read as CSV with a header line. gzip, zstd, bzip2 and lz4 are decompressed. The delimiter of CSV
/// is a tab for
/// `.tsv`, otherwise that of comma, semicolon, tab and bar which splits the first rows alike. A folder is read with its
/// subfolders; names that begin with `.` or `_` are skipped, and `year=2024/part.parquet` has the column `year`.
///
/// | in the file                              | in memory                          |
/// |------------------------------------------|------------------------------------|
/// | integers, floats, decimals               | number                             |
/// | integers, one of them beyond 2^53        | text: all digits                   |
/// | dates, timestamps; in text as ISO 8601   | date: days since 1970-01-01 UTC    |
/// | times of day, durations                  | number: seconds                    |
/// | booleans                                 | text: `true`, `false`; in CSV as spelt |
/// | strings, dictionaries                    | text                               |
/// | null, NaN, ""                            | missing                            |
///
/// Throws: Error (file) for a file that is missing, damaged or not a table, with what it is; Error (input) for a table
/// without a header or without rows, two columns with the same name, a row with a different number of columns, a quote
/// that is not closed (rows count from 1 below the header), a byte that is not UTF-8, an object or list as a value of a
/// column in JSON, or a file whose columns differ from those of the first; Error (usage) for an unknown encoding, and
/// for a folder with tables of several formats or parts for training and testing.
Frame read_table(const TablePaths& paths, const TableReadOptions& options = {});

/// Reads a table of any of these formats from a stream, to its end. `name` identifies it in error messages.
Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options = {});

/// Writes CSV or Parquet, according to the file extension (`.csv`, `.parquet`). The file is written completely or not
/// at all. Numbers keep their exact values when they are read back. Missing values are empty in CSV and null in
/// Parquet.
/// Throws: Error (usage) for another extension; Error (file) if it cannot be written.
void write_table(const std::filesystem::path& path, const Frame& frame);

/// Writes the table as CSV to a stream.
/// Throws: Error (file) if writing fails.
void write_csv(std::ostream& stream, const Frame& frame);

}  // namespace reszoo
