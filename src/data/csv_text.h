/// CSV as text: the ends of its rows, and its header line. Private.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/data/table.h"

namespace reszoo {

/// How values are separated and quoted; with the quote '\0' nothing is quoted.
struct CsvDialect {
  char delimiter = ',';
  char quote = '"';
};

/// The rows of a text that may end within a row.
struct CsvRows {
  size_t end = 0;           ///< position after the last row that ends in the text
  int64_t rows = 0;         ///< number of rows before `end`; empty lines do not count
  bool open_quote = false;  ///< whether the text ends within quotes
};

/// Finds the ends of rows. `first_row` is the number of the first row, for messages.
/// Throws: Error (input) that names a row in which quoted text spans lines and is followed by something else than a
/// delimiter or the end of a line: its closing quote is missing.
CsvRows find_rows(std::string_view text, const CsvDialect& dialect, int64_t first_row, const std::string& subject);

/// The fields of one row, without their quotes.
std::vector<std::string> fields_of(std::string_view row, const CsvDialect& dialect);

/// The dialect of the options. A delimiter that they do not give is whichever of comma, semicolon, tab and bar occurs
/// most in the first line. Throws: Error (usage) for options that contradict each other.
CsvDialect dialect_of(std::string_view text, const TableReadOptions& options);

/// Whether all fields are numbers, which no header is.
bool are_numbers(const std::vector<std::string>& fields, char decimal);

}  // namespace reszoo
