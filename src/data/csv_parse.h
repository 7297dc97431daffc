/// Parses rows of CSV into Arrow's tables. Private.
#pragma once
#include <arrow/table.h>

#include <memory>
#include <string>
#include <vector>

#include "csv.h"

namespace reszoo {

/// Parses rows. `columns` are the columns to convert; empty means all. Text keeps its exact words; NA is one of them.
/// Columns are text if they are in `as_text`, or if a number would lose digits: 007, or integers of more than 15
/// digits. Booleans are text too. Other columns have the kind that Arrow infers. Throws: Error (input), which names the
/// row and the column, for a row whose number of fields differs from the header's, and for text in these columns that
/// is not UTF-8.
std::shared_ptr<arrow::Table> parse_csv(const CsvLayout& layout, const CsvText& text,
                                        const std::vector<std::string>& columns,
                                        const std::vector<std::string>& as_text);

}  // namespace reszoo
