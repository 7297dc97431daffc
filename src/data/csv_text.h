/// CSV as text: where its rows end, and what its header line says. Private.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/data/table.h"

namespace reszoo {

/// How values are parted and quoted; quote '\0' quotes nothing.
struct CsvDialect {
  char delimiter = ',';
  char quote = '"';
};

/// What a text of whole rows, and maybe the beginning of one more, holds.
struct CsvRows {
  size_t end = 0;          ///< behind the last row that ends in the text
  int64_t rows = 0;        ///< that end before it; empty lines are none
  bool open_quote = false;  ///< whether the row behind is within quotes
};

/// Finds where rows end. `first_row` is the number of the first for messages.
/// Throws: Error (input) naming the row in which a quoted text goes on over lines
/// and is followed by something else than a delimiter or a line's end: its
/// closing quote is missing.
CsvRows find_rows(std::string_view text, const CsvDialect& dialect, int64_t first_row, const std::string& subject);

/// The fields of one row, with quotes undone.
std::vector<std::string> fields_of(std::string_view row, const CsvDialect& dialect);

/// The dialect that the options say, the delimiter found in the first line (the
/// one of comma, semicolon, tab and bar that it has most of) where they do not.
/// Throws: Error (usage) for options that clash.
CsvDialect dialect_of(std::string_view text, const TableReadOptions& options);

/// Whether the fields can be no header: all are numbers.
bool are_numbers(const std::vector<std::string>& fields, char decimal);

}  // namespace reszoo
