/// Detects how a CSV text separates and quotes its values. Private.
#pragma once
#include <string>
#include <string_view>

#include "csv_text.h"
#include "reszoo/data/table.h"

namespace reszoo {

/// What the first rows of a CSV text show.
struct CsvStart {
  CsvDialect dialect;
  bool header_width_differs = false;  ///< whether the first row has another number of fields than the next rows
};

/// Returns the dialect of a text that begins with the header. What the options give is taken. Otherwise the delimiter
/// is that of comma, semicolon, tab and bar which splits most of the first rows into the same number of fields, and
/// spaces are trimmed if each delimiter has one next to it. Throws: Error (usage) for options that contradict each
/// other.
CsvStart csv_start_of(std::string_view text, const TableReadOptions& options);

/// Returns the delimiter that a first line such as `sep=;` names, as spreadsheet programs write it.
std::optional<char> named_delimiter(std::string_view line);

}  // namespace reszoo
