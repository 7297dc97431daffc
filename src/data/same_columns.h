/// Compares the columns of the files of a table, and joins their rows. Private.
#pragma once
#include <arrow/table.h>

#include <string>
#include <vector>

namespace reszoo {

/// Checks that a table has the same columns as `first`. With `typed`, they must be of the same kinds: numbers, dates or
/// text; a column without any value matches every kind.
/// Throws: Error (input) that names both files and the column.
void check_same_columns(const arrow::Table& table, const std::string& subject, const arrow::Table& first,
                        const std::string& first_subject, bool typed);

/// Returns the columns that are text in some of the tables and numbers or dates in others.
std::vector<std::string> columns_of_mixed_kinds(const std::vector<std::shared_ptr<arrow::Table>>& tables);

/// Joins the rows of tables with the same columns, in the order of the first one's.
std::shared_ptr<arrow::Table> joined_rows(const std::vector<std::shared_ptr<arrow::Table>>& tables,
                                          const std::string& subject);

}  // namespace reszoo
