/// Converts between Arrow's tables and Frame. Private: the only header that includes Arrow's types.
#pragma once
#include <arrow/result.h>
#include <arrow/table.h>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// Throws an Error (file) with the one-line message `subject: message` if the status is not ok.
void check(const arrow::Status& status, const std::string& subject);

template <typename T>
T value_of(arrow::Result<T> result, const std::string& subject) {
  check(result.status(), subject);
  return std::move(result).ValueUnsafe();
}

/// Throws: Error (input) that begins with `subject` and names those of `columns` that are not in `names`.
void check_there(const std::vector<std::string>& columns, const std::vector<std::string>& names,
                 const std::string& subject);

/// Throws: Error (input) that begins with `subject` for two columns with the same name.
void check_names(const std::vector<std::string>& names, const std::string& subject);

/// Converts a column of an Arrow table; with `text`, numbers become words.
/// Throws: as `frame_of` does.
Column column_of(const std::string& name, std::shared_ptr<arrow::ChunkedArray> values, const std::string& subject,
                 bool text = false);

/// Returns whether the type is a time of day or a duration.
bool is_clock(const arrow::DataType& type);

/// Converts an Arrow table.
/// Throws: Error (input) that begins with `subject` for two columns with the same name, or a column whose type is
/// neither numeric nor text.
Frame frame_of(const arrow::Table& table, const std::string& subject);

std::shared_ptr<arrow::Table> arrow_table(const Frame& frame, const std::string& subject);

}  // namespace reszoo
