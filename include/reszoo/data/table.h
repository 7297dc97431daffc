/// Reads and writes tables: CSV, TSV, Parquet, Feather.
#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Options of read_table.
struct TableReadOptions {
  /// Columns of CSV to read as text, whatever they look like.
  std::vector<std::string> text;
};

/// Reads a table. Parquet and Feather (Arrow IPC) are known by content, all else
/// is CSV with a header line; gzip is undone. The delimiter is a tab for `.tsv`,
/// else the one of comma, semicolon and tab that the header has most of.
///
/// | in the file                              | in memory                          |
/// |------------------------------------------|------------------------------------|
/// | integers, floats, decimals               | number (beyond 2^53 rounded)       |
/// | dates, timestamps                        | number: days since 1970-01-01 UTC  |
/// | times of day, durations                  | number: seconds                    |
/// | booleans                                 | text: `true`, `false`              |
/// | strings, dictionaries                    | text                               |
/// | null, NaN, ""; in CSV also NA, null, ... | missing                            |
///
/// Throws: Error (file) for a file that is missing, damaged or not a table;
/// Error (input) for a table without header or rows, two columns of one name, a
/// row with another number of columns (rows count from 1 below the header).
Frame read_table(const std::filesystem::path& path, const TableReadOptions& options = {});

/// Reads a table of any of these formats from a stream, to its end; messages
/// name it `name`.
Frame read_table(std::istream& stream, const std::string& name, const TableReadOptions& options = {});

/// Writes `.csv` or `.parquet`, as the path ends, whole or not at all. Numbers
/// read back as the same numbers; missing values are empty, null in Parquet.
/// Throws: Error (usage) for another ending; Error (file) when it cannot be written.
void write_table(const std::filesystem::path& path, const Frame& frame);

/// Writes the table as CSV to a stream.
/// Throws: Error (file) if the stream cannot take it.
void write_csv(std::ostream& stream, const Frame& frame);

}  // namespace reszoo
