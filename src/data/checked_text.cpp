#include "checked_text.h"

#include <arrow/array.h>
#include <arrow/compute/cast.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using TextChunks = std::shared_ptr<arrow::ChunkedArray>;

bool is_kind_of_bytes(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY ||
         type.id() == arrow::Type::FIXED_SIZE_BINARY || type.id() == arrow::Type::BINARY_VIEW;
}

/// Throws for the first value that is not UTF-8.
[[noreturn]] void refuse_bytes(const TextChunks& column, const std::string& name, int64_t first_row,
                               const std::string& subject) {
  const auto bytes = arrow::compute::Cast(column, arrow::large_binary());
  auto row = first_row;
  if (bytes.ok())
    for (const auto& chunk : bytes->chunked_array()->chunks())
      for (int64_t i = 0; i < chunk->length(); ++i, ++row)
        if (chunk->IsValid(i) && !is_utf8(static_cast<const arrow::LargeBinaryArray&>(*chunk).GetView(i)))
          fail(ErrorKind::input, "{}: row {}: column \"{}\": must hold numbers or text, got bytes that are not UTF-8",
               subject, row, name);
  fail(ErrorKind::input, "{}: column \"{}\": must hold numbers or text, got bytes", subject, name);
}

/// Returns whether all chunks of a column of text are what they should be, also those that it refers to.
bool is_valid_text(const arrow::ChunkedArray& column) {
  return std::all_of(column.chunks().begin(), column.chunks().end(),
                     [](const auto& chunk) { return chunk->ValidateFull().ok(); });
}

TextChunks checked_column(const TextChunks& column, const std::string& name, int64_t first_row,
                          const std::string& subject) {
  const auto& type = *column->type();
  if (is_kind_of_bytes(type)) {
    const auto text = arrow::compute::Cast(column, arrow::utf8());
    if (!text.ok()) refuse_bytes(column, name, first_row, subject);
    return text->chunked_array();
  }
  const bool is_text =
      arrow::is_string(type.id()) || type.id() == arrow::Type::STRING_VIEW || type.id() == arrow::Type::DICTIONARY;
  if (is_text && !is_valid_text(*column)) refuse_bytes(column, name, first_row, subject);
  return column;
}

}  // namespace

std::shared_ptr<arrow::Table> with_checked_text(std::shared_ptr<arrow::Table> table, int64_t first_row,
                                                const std::string& subject) {
  for (int i = 0; i < table->num_columns(); ++i) {
    const auto& name = table->field(i)->name();
    const auto column = checked_column(table->column(i), name, first_row, subject);
    if (column == table->column(i)) continue;
    table = value_of(table->SetColumn(i, arrow::field(name, column->type()), column), subject);
  }
  return table;
}

}  // namespace reszoo
