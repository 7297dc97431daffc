/// Says what is wrong in CSV that cannot be parsed. Private.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csv.h"

namespace reszoo {

/// Throws for the first row whose number of fields differs from the header's, if there is one.
/// Throws: Error (input) that names the row.
void refuse_ragged_row(const CsvLayout& layout, const CsvText& text);

/// Throws for the first field of these columns (all if empty) that is not UTF-8 or has a NUL, if there is one.
/// Throws: Error (input) that names row, column and byte.
void refuse_bad_bytes(const CsvLayout& layout, const CsvText& text, const std::vector<std::string>& columns);

/// Throws for a column name that is not UTF-8.
void refuse_bad_names(const CsvLayout& layout);

}  // namespace reszoo
