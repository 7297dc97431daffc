#include "table_formats.h"

#include <arrow/compute/cast.h>

#include <algorithm>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"

namespace reszoo {

TableFormat parquet_format();     // parquet.cpp
TableFormat feather_format();     // feather.cpp
TableFormat json_lines_format();  // json_lines.cpp
TableFormat csv_format();         // csv_format.cpp

namespace {

/// All formats; the one that is not detected from the content is last.
const std::vector<TableFormat>& table_formats() {
  static const std::vector<TableFormat> formats{parquet_format(), feather_format(), json_lines_format(), csv_format()};
  return formats;
}

const TableFormat* recognised_format(std::string_view start) {
  for (const auto& format : table_formats())
    if (format.recognises && format.recognises(start)) return &format;
  return nullptr;
}

}  // namespace

std::vector<std::string> TableSelection::columns_of_file() const {
  auto names = options.columns;
  if (!names.empty()) names.insert(names.end(), keep.begin(), keep.end());
  return names;
}

const TableFormat& table_format_of(TableInput& input) {
  const auto* format = recognised_format(input.start());
  return format ? *format : table_formats().back();
}

TableParts read_parts(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  return table_format_of(*input).read(input, selection);
}

bool is_table_file(const std::filesystem::path& path) {
  if (recognised_format(TableInput::of_file(path)->start())) return true;
  const auto extension = extension_before_compression(path);
  for (const auto& format : table_formats())
    for (const auto known : format.extensions)
      if (extension == known) return true;
  return false;
}

const TableFormat& written_format(const std::filesystem::path& path) {
  std::vector<std::string> extensions;
  for (const auto& format : table_formats()) {
    if (!format.write) continue;
    if (path.extension() == format.written_extension) return format;
    extensions.emplace_back(format.written_extension);
  }
  std::sort(extensions.begin(), extensions.end());
  fail(ErrorKind::usage, "{}: a table is written as {}", path.string(), alternatives(extensions));
}

std::string extension_before_compression(const std::filesystem::path& path) {
  const bool packed = path.extension() == ".gz" || path.extension() == ".zst";
  return (packed ? path.stem() : path).extension().string();
}

std::shared_ptr<arrow::Table> select_columns(const arrow::Table& table, const std::vector<std::string>& names,
                                             const std::string& subject) {
  arrow::FieldVector fields;
  arrow::ChunkedArrayVector columns;
  for (const auto& name : names) {
    auto column = table.GetColumnByName(name);
    if (column->type()->id() == arrow::Type::DICTIONARY) {
      const auto& type = static_cast<const arrow::DictionaryType&>(*column->type()).value_type();
      column = value_of(arrow::compute::Cast(column, type), subject).chunked_array();
    }
    fields.push_back(arrow::field(name, column->type()));
    columns.push_back(column);
  }
  return arrow::Table::Make(arrow::schema(fields), columns, table.num_rows());
}

TablePart selected_part(const std::shared_ptr<arrow::Table>& table, const TableSelection& selection, int64_t first_row,
                        const std::string& subject) {
  const auto names = table->ColumnNames();
  const auto& read = selection.options.columns;
  check_names(names, subject);
  check_there(read, names, subject);
  check_there(selection.keep, names, subject);
  return {.read = read.empty() ? table : select_columns(*table, read, subject),
          .kept = selection.keep.empty() ? nullptr : select_columns(*table, selection.keep, subject),
          .first_row = first_row};
}

TableParts parts_of_tables(std::function<std::shared_ptr<arrow::Table>()> next, TableSelection selection,
                           std::string subject) {
  return [next = std::move(next), selection = std::move(selection), subject = std::move(subject),
          row = int64_t{1}]() mutable -> std::optional<TablePart> {
    auto table = next();
    while (table && table->num_rows() == 0 && !selection.whole) table = next();
    if (!table) return std::nullopt;
    auto part = selected_part(table, selection, row, subject);
    row += table->num_rows();
    return part;
  };
}

}  // namespace reszoo
