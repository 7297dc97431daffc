#include <algorithm>

#include "arguments.h"
#include "call.h"
#include "handles.h"
#include "reszoo/data/arrow_interface.h"
#include "reszoo/data/table.h"

namespace reszoo::c {
namespace {

/// Adds a column with as many rows as the others have.
void add(reszoo_table& table, Column column) {
  auto& columns = table.frame.columns;
  if (table.frame.find(column.name) != nullptr)
    fail(ErrorKind::usage, "column \"{}\": the table has it already", column.name);
  if (!columns.empty() && column.size() != table.frame.rows())
    fail(ErrorKind::usage, "column \"{}\": has {} rows, the others have {}", column.name, column.size(),
         table.frame.rows());
  columns.push_back(std::move(column));
}

const Column* find(const reszoo_table* table, const char* name, Column::Kind kind) {
  const auto* column = table == nullptr || name == nullptr ? nullptr : table->frame.find(name);
  return column != nullptr && column->kind == kind ? column : nullptr;
}

}  // namespace
}  // namespace reszoo::c

using namespace reszoo;
using c::given;
using c::guarded;

reszoo_status reszoo_table_new(reszoo_table** table) {
  return guarded([&] { given(table, "table") = new reszoo_table(); });
}

reszoo_status reszoo_table_add_numbers(reszoo_table* table, const char* name, const double* values, int64_t rows) {
  return guarded([&] {
    c::check_rows(rows);
    const auto* first = rows == 0 ? values : &given(values, "values");
    c::add(given(table, "table"), Column::of_numbers(&given(name, "name"), {first, first + rows}));
  });
}

reszoo_status reszoo_table_add_texts(reszoo_table* table, const char* name, const char* const* values, int64_t rows) {
  return guarded([&] {
    c::check_rows(rows);
    if (rows > 0) given(values, "values");
    std::vector<std::string> texts;
    for (int64_t i = 0; i < rows; ++i) texts.emplace_back(values[i] == nullptr ? "" : values[i]);
    c::add(given(table, "table"), Column::of_text(&given(name, "name"), texts));
  });
}

reszoo_status reszoo_table_read(const char* path, reszoo_table** table) {
  return guarded([&] { given(table, "table") = new reszoo_table{read_table(&given(path, "path"))}; });
}

reszoo_status reszoo_table_write(const reszoo_table* table, const char* path) {
  return guarded([&] { write_table(&given(path, "path"), given(table, "table").frame); });
}

reszoo_status reszoo_table_from_arrow(ArrowSchema* schema, ArrowArray* batch, reszoo_table** table) {
  return guarded([&] {
    auto frame = frame_from_arrow(&given(schema, "schema"), &given(batch, "batch"));
    given(table, "table") = new reszoo_table{std::move(frame)};
  });
}

reszoo_status reszoo_table_to_arrow(const reszoo_table* table, ArrowSchema* schema, ArrowArray* batch) {
  return guarded(
      [&] { frame_to_arrow(given(table, "table").frame, &given(schema, "schema"), &given(batch, "batch")); });
}

void reszoo_free_table(reszoo_table* table) { delete table; }

int64_t reszoo_table_rows(const reszoo_table* table) { return table == nullptr ? 0 : table->frame.rows(); }

int64_t reszoo_table_columns(const reszoo_table* table) {
  return table == nullptr ? 0 : std::ssize(table->frame.columns);
}

const char* reszoo_table_name(const reszoo_table* table, int64_t column) {
  if (column < 0 || column >= reszoo_table_columns(table)) return nullptr;
  return table->frame.columns[static_cast<size_t>(column)].name.c_str();
}

const double* reszoo_table_numbers(const reszoo_table* table, const char* name) {
  const auto* column = c::find(table, name, Column::Kind::number);
  return column == nullptr ? nullptr : column->numbers.const_data_ptr<double>();
}

const char* reszoo_table_text(const reszoo_table* table, const char* name, int64_t row) {
  const auto* column = c::find(table, name, Column::Kind::text);
  if (column == nullptr || row < 0 || row >= column->size()) return nullptr;
  const auto code = column->codes.const_data_ptr<int64_t>()[row];
  return code < 0 ? nullptr : column->words[static_cast<size_t>(code)].c_str();
}

const char* reszoo_table_note(const reszoo_table* table) { return table == nullptr ? "" : table->note.c_str(); }
