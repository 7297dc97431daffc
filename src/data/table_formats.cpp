#include "table_formats.h"

#include <arrow/compute/cast.h>

#include <algorithm>
#include <cctype>

#include "arrow_frame.h"
#include "byte_stream.h"
#include "checked_text.h"
#include "foreign_file.h"
#include "reszoo/base/error.h"
#include "reszoo/base/names.h"

namespace reszoo {

TableFormat parquet_format();       // parquet.cpp
TableFormat feather_format();       // feather.cpp
TableFormat arrow_stream_format();  // feather.cpp
TableFormat json_lines_format();    // json_lines.cpp
TableFormat csv_format();           // csv_format.cpp

namespace {

/// All formats; the one that is not detected from the content is last.
const std::vector<TableFormat>& table_formats() {
  static const std::vector<TableFormat> formats{parquet_format(), feather_format(), arrow_stream_format(),
                                                json_lines_format(), csv_format()};
  return formats;
}

const TableFormat* recognised_format(std::string_view start) {
  for (const auto& format : table_formats())
    if (format.recognises && format.recognises(start)) return &format;
  return nullptr;
}

/// Returns the format of a table. Text that has another encoding is converted from then on.
const TableFormat& format_of(TableInput& input, const std::string& encoding) {
  if (const auto* format = recognised_format(input.start())) return *format;
  refuse_foreign(input.start(), input.subject());
  const auto actual = encoding.empty() ? unicode_encoding(input.start()) : encoding;
  if (!actual.empty() && !names_utf8(actual)) input.stream().convert_from(actual);
  const auto* format = recognised_format(input.start());
  return format ? *format : table_formats().back();
}

}  // namespace

std::vector<std::string> TableSelection::columns_of_file() const {
  auto names = options.columns;
  if (!names.empty()) names.insert(names.end(), keep.begin(), keep.end());
  return names;
}

TableSelection TableSelection::of_columns(const std::vector<std::string>& names, const std::string& subject) const {
  for (const auto& name : names)
    if (!is_utf8(name))
      fail(ErrorKind::input, "{}: the name of column \"{}\" is not UTF-8; rename it", subject, escaped(name));
  check_there(options.columns, names, subject);
  check_there(keep, names, subject);
  check_there(options.ignore, names, subject);
  auto selection = *this;
  if (!options.columns.empty() || options.ignore.empty()) return selection;
  for (const auto& name : names)
    if (std::find(options.ignore.begin(), options.ignore.end(), name) == options.ignore.end())
      selection.options.columns.push_back(name);
  return selection;
}

OpenTable open_table(const std::shared_ptr<TableInput>& input, const TableSelection& selection) {
  const auto& format = format_of(*input, selection.options.encoding);
  auto next = [parts = format.read(input, selection), input]() -> std::optional<TablePart> {
    auto part = parts();
    if (part) part->source = input->subject();
    return part;
  };
  return {&format, std::move(next)};
}

const TableFormat* format_of_content(const std::filesystem::path& path) {
  return recognised_format(TableInput::peek(path)->start());
}

bool is_csv_name(const std::filesystem::path& path) {
  const auto& known = table_formats().back().extensions;
  return std::find(known.begin(), known.end(), extension_before_compression(path)) != known.end();
}

bool is_table_file(const std::filesystem::path& path) {
  const auto input = TableInput::peek(path);
  const auto start = input->start();
  return recognised_format(start) || !foreign_kind(start).empty() || is_csv_name(path) || looks_like_rows(start);
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
  const auto small_extension = [](const std::filesystem::path& name) {
    auto extension = name.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return extension;
  };
  const auto last = small_extension(path);
  const bool packed = last == ".gz" || last == ".zst" || last == ".bz2" || last == ".lz4";
  return packed ? small_extension(path.stem()) : last;
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
  check_names(table->ColumnNames(), subject);
  const auto& read = selection.options.columns;
  return {.read = with_checked_text(read.empty() ? table : select_columns(*table, read, subject), first_row, subject),
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
