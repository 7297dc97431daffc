#include "same_columns.h"

#include <arrow/type_traits.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "table_formats.h"

namespace reszoo {
namespace {

enum class ValueKind { none, number, date, text };

/// Returns what a column holds, which is none for a column without any value.
ValueKind value_kind(const arrow::ChunkedArray& column) {
  if (column.null_count() == column.length()) return ValueKind::none;
  const auto* type = column.type().get();
  if (type->id() == arrow::Type::DICTIONARY) type = static_cast<const arrow::DictionaryType*>(type)->value_type().get();
  switch (type->id()) {
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIMESTAMP: return ValueKind::date;
    default:
      return arrow::is_numeric(type->id()) || arrow::is_decimal(type->id()) ? ValueKind::number : ValueKind::text;
  }
}

std::string text_of_kind(ValueKind kind) {
  return kind == ValueKind::text ? "text" : kind == ValueKind::date ? "a date" : "a number";
}

}  // namespace

void check_same_columns(const arrow::Table& table, const std::string& subject, const arrow::Table& first,
                        const std::string& first_subject, bool typed) {
  for (const auto& name : first.ColumnNames()) {
    const auto found = table.GetColumnByName(name);
    if (!found) fail(ErrorKind::input, "{}: no column \"{}\", which {} has", subject, name, first_subject);
    const auto kind = value_kind(*found), wanted = value_kind(*first.GetColumnByName(name));
    if (typed && kind != wanted && kind != ValueKind::none && wanted != ValueKind::none)
      fail(ErrorKind::input, "{}: column \"{}\" is {}, in {} it is {}", subject, name, text_of_kind(kind),
           first_subject, text_of_kind(wanted));
  }
  for (const auto& name : table.ColumnNames())
    if (!first.GetColumnByName(name))
      fail(ErrorKind::input, "{}: column \"{}\" is not in {}", subject, name, first_subject);
}

std::vector<std::string> columns_of_mixed_kinds(const std::vector<std::shared_ptr<arrow::Table>>& tables) {
  std::vector<std::string> mixed;
  for (const auto& name : tables.front()->ColumnNames()) {
    auto kind = ValueKind::none;
    for (const auto& table : tables) {
      const auto other = value_kind(*table->GetColumnByName(name));
      if (kind == ValueKind::none) kind = other;
      if (other == ValueKind::none || other == kind) continue;
      mixed.push_back(name);
      break;
    }
  }
  return mixed;
}

std::shared_ptr<arrow::Table> joined_rows(const std::vector<std::shared_ptr<arrow::Table>>& tables,
                                          const std::string& subject) {
  if (tables.size() == 1) return tables.front();
  std::vector<std::shared_ptr<arrow::Table>> plain;
  for (const auto& table : tables) plain.push_back(select_columns(*table, tables.front()->ColumnNames(), subject));
  auto options = arrow::ConcatenateTablesOptions::Defaults();
  options.unify_schemas = true;
  options.field_merge_options = arrow::Field::MergeOptions::Permissive();
  return value_of(arrow::ConcatenateTables(plain, options), subject);
}

}  // namespace reszoo
