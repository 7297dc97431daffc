/// Splits CSV text into rows and header fields. Private.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/data/table.h"

namespace reszoo {

/// How values are separated and quoted; the quote '\0' disables quoting.
struct CsvDialect {
  char delimiter = ',';
  char quote = '"';
};

/// The rows of a text, which may end within a row.
struct CsvRows {
  size_t end = 0;           ///< position after the last complete row
  int64_t rows = 0;         ///< number of rows before `end`; empty lines do not count
  bool open_quote = false;  ///< whether the text ends within quotes
};

/// Finds the ends of rows. `first_row` is the index of the first row, for messages.
/// Throws: Error (input) that names a row in which quoted text spans lines and is followed by something other than a
/// delimiter or the end of a line: its closing quote is missing.
CsvRows find_rows(std::string_view text, const CsvDialect& dialect, int64_t first_row, const std::string& subject);

/// Returns the fields of one row, without their quotes.
std::vector<std::string> fields_of(std::string_view row, const CsvDialect& dialect);

/// Returns the dialect that the options give. If they do not give a delimiter, it is the most frequent of comma,
/// semicolon, tab and bar in the first line.
/// Throws: Error (usage) for options that contradict each other.
CsvDialect dialect_of(std::string_view text, const TableReadOptions& options);

/// Returns whether all fields are numbers, which is not the case for a header.
bool are_numbers(const std::vector<std::string>& fields, char decimal);

}  // namespace reszoo
