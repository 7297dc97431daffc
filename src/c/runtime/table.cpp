#include <algorithm>

#include "c/arguments.h"
#include "c/call.h"
#include "c/runtime/handles.h"

using namespace reszoo;
using c::given;
using c::guarded;
using c::PlainColumn;

namespace {

/// Adds a column with as many rows as the others have.
void add(reszoo_table& table, PlainColumn column) {
  if (table.find(column.name) != nullptr)
    fail(ErrorKind::usage, "column \"{}\": the table has it already", column.name);
  if (!table.columns.empty() && column.size() != table.rows())
    fail(ErrorKind::usage, "column \"{}\": has {} rows, the others have {}", column.name, column.size(), table.rows());
  table.columns.push_back(std::move(column));
}

const PlainColumn* find(const reszoo_table* table, const char* name, bool text) {
  const auto* column = table == nullptr || name == nullptr ? nullptr : table->find(name);
  return column != nullptr && column->text == text ? column : nullptr;
}

}  // namespace

const PlainColumn* reszoo_table::find(const std::string& name) const {
  const auto found = std::ranges::find(columns, name, &PlainColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

reszoo_status reszoo_table_new(reszoo_table** table) {
  return guarded([&] { given(table, "table") = new reszoo_table(); });
}

reszoo_status reszoo_table_add_numbers(reszoo_table* table, const char* name, const double* values, int64_t rows) {
  return guarded([&] {
    c::check_rows(rows);
    const auto* first = rows == 0 ? values : &given(values, "values");
    add(given(table, "table"), {.name = &given(name, "name"), .numbers = {first, first + rows}});
  });
}

reszoo_status reszoo_table_add_texts(reszoo_table* table, const char* name, const char* const* values, int64_t rows) {
  return guarded([&] {
    c::check_rows(rows);
    if (rows > 0) given(values, "values");
    PlainColumn column{.name = &given(name, "name"), .text = true};
    for (int64_t i = 0; i < rows; ++i)
      column.texts.push_back(values[i] == nullptr || *values[i] == '\0' ? std::nullopt : std::optional(values[i]));
    add(given(table, "table"), std::move(column));
  });
}

void reszoo_free_table(reszoo_table* table) { delete table; }

int64_t reszoo_table_rows(const reszoo_table* table) { return table == nullptr ? 0 : table->rows(); }

int64_t reszoo_table_columns(const reszoo_table* table) { return table == nullptr ? 0 : std::ssize(table->columns); }

const char* reszoo_table_name(const reszoo_table* table, int64_t column) {
  if (column < 0 || column >= reszoo_table_columns(table)) return nullptr;
  return table->columns[static_cast<size_t>(column)].name.c_str();
}

const double* reszoo_table_numbers(const reszoo_table* table, const char* name) {
  const auto* column = find(table, name, false);
  return column == nullptr ? nullptr : column->numbers.data();
}

const char* reszoo_table_text(const reszoo_table* table, const char* name, int64_t row) {
  const auto* column = find(table, name, true);
  if (column == nullptr || row < 0 || row >= column->size()) return nullptr;
  const auto& text = column->texts[static_cast<size_t>(row)];
  return text ? text->c_str() : nullptr;
}

const char* reszoo_table_note(const reszoo_table*) { return ""; }
