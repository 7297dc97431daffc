/// Finds columns of CSV that would lose digits as numbers. Private.
#pragma once
#include <arrow/chunked_array.h>

#include <string>
#include <string_view>
#include <vector>

#include "csv.h"

namespace reszoo {

/// Returns the columns in which a field has a zero before other digits, such as 007.
std::vector<std::string> columns_with_leading_zeros(const CsvLayout& layout, std::string_view rows);

/// Returns those of the columns in which a field is an integer of more than 15 digits, which a double may round.
std::vector<std::string> columns_with_long_integers(const CsvLayout& layout, std::string_view rows,
                                                    const std::vector<std::string>& columns);

/// Returns whether some number is so large that it could have been spelt with more than 15 digits.
bool has_large_number(const arrow::ChunkedArray& column);

}  // namespace reszoo
