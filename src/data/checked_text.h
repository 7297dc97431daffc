/// Checks the text of tables whose files may hold any bytes. Private.
#pragma once
#include <arrow/table.h>

#include <memory>
#include <string>

namespace reszoo {

/// Returns the table with text in place of bytes, as which many programs write text.
/// Throws: Error (input) that names column and row for bytes or text that are not UTF-8. `first_row` is the row of the
/// first cell.
std::shared_ptr<arrow::Table> with_checked_text(std::shared_ptr<arrow::Table> table, int64_t first_row,
                                                const std::string& subject);

}  // namespace reszoo
