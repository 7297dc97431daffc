/// Between Arrow's tables and ours. Private: the only header that sees Arrow.
#pragma once
#include <arrow/result.h>
#include <arrow/table.h>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Throws an Error (file) `subject: message` in one line for a status that is not ok.
void check(const arrow::Status& status, const std::string& subject);

template <typename T>
T value_of(arrow::Result<T> result, const std::string& subject) {
  check(result.status(), subject);
  return std::move(result).ValueUnsafe();
}

/// Throws: Error (input) that begins with `subject` and names those of `columns`
/// that are not among `names`.
void check_there(const std::vector<std::string>& columns, const std::vector<std::string>& names,
                 const std::string& subject);

/// Throws: Error (input) that begins with `subject` for two columns of one name.
void check_names(const std::vector<std::string>& names, const std::string& subject);

/// Throws: Error (input) that begins with `subject` for two columns of one name,
/// or a column of a type that is neither number nor text.
Frame frame_of(const arrow::Table& table, const std::string& subject);

std::shared_ptr<arrow::Table> arrow_table(const Frame& frame, const std::string& subject);

}  // namespace reszoo
