#include "csv_parse.h"

#include <arrow/buffer.h>
#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <arrow/type.h>

#include <algorithm>

#include "arrow_frame.h"
#include "csv_explain.h"
#include "csv_spelling.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using CsvNames = std::vector<std::string>;
using CsvTable = std::shared_ptr<arrow::Table>;

/// Returns the size of Arrow's blocks. Each must hold a complete row: where one does not, Arrow fails while its threads
/// still parse, one of which then waits for itself when the program ends. No block may end between a carriage return
/// and a line feed: Arrow takes both for the end of a line, also within quotes.
int32_t arrow_block_size(const CsvText& text) {
  auto size = std::max(size_t{1} << 20, text.longest + 2);
  const auto splits_pair = [&] {
    for (auto border = size; border < text.rows.size(); border += size)
      if (text.rows[border - 1] == '\r' && text.rows[border] == '\n') return true;
    return false;
  };
  while (splits_pair()) ++size;
  return static_cast<int32_t>(std::min(size, (size_t{1} << 31) - 1));
}

arrow::csv::ParseOptions parse_options(const CsvLayout& layout, bool quoted) {
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.delimiter = layout.dialect.delimiter;
  parse.quoting = layout.dialect.quote != '\0';
  if (parse.quoting) parse.quote_char = layout.dialect.quote;
  parse.newlines_in_values = quoted;  // makes splitting into blocks slower
  parse.ignore_empty_lines = !layout.dialect.blank_rows;
  return parse;
}

arrow::csv::ConvertOptions convert_options(const CsvLayout& layout, const CsvNames& columns, const CsvNames& as_text) {
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.strings_can_be_null = false;
  convert.true_values.clear();  // booleans stay as they are spelt
  convert.false_values.clear();
  convert.decimal_point = layout.decimal;
  for (const auto& name : as_text) convert.column_types[name] = arrow::utf8();
  for (const auto& name : columns)
    if (std::find(convert.include_columns.begin(), convert.include_columns.end(), name) ==
        convert.include_columns.end())
      convert.include_columns.push_back(name);
  return convert;
}

/// Parses by Arrow, and says what is wrong if it fails.
CsvTable parse(const CsvLayout& layout, const CsvText& text, const CsvNames& columns, const CsvNames& as_text) {
  auto read = arrow::csv::ReadOptions::Defaults();
  read.column_names = layout.names;
  read.block_size = arrow_block_size(text);
  const auto bytes = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(text.rows));
  const auto reader = value_of(
      arrow::csv::TableReader::Make(arrow::io::default_io_context(), bytes, read, parse_options(layout, text.quoted),
                                    convert_options(layout, columns, as_text)),
      layout.subject);
  auto table = reader->Read();
  if (table.ok()) return *table;
  refuse_ragged_row(layout, text);
  refuse_bad_bytes(layout, text, columns);
  fail(ErrorKind::file, "{}: rows from {} on cannot be read as CSV", layout.subject, text.first_row);
}

/// Returns the table with the columns as text whose integers are too long for a double.
CsvTable with_long_integers(CsvTable table, const CsvLayout& layout, const CsvText& text) {
  CsvNames large;
  for (const auto& field : table->fields())
    if (has_large_number(*table->GetColumnByName(field->name()))) large.push_back(field->name());
  if (!large.empty()) large = columns_with_long_integers(layout, text.rows, large);
  if (large.empty()) return table;
  const auto spelt = parse(layout, text, large, large);
  for (const auto& name : large) {
    const auto place = table->schema()->GetFieldIndex(name);
    table = value_of(table->SetColumn(place, arrow::field(name, arrow::utf8()), spelt->GetColumnByName(name)),
                     layout.subject);
  }
  return table;
}

}  // namespace

CsvTable parse_csv(const CsvLayout& layout, const CsvText& text, const CsvNames& columns, const CsvNames& as_text) {
  check_there(columns, layout.names, layout.subject);
  auto texts = columns_with_leading_zeros(layout, text.rows);
  texts.insert(texts.end(), as_text.begin(), as_text.end());
  auto table = parse(layout, text, columns, texts);
  const auto fields = table->fields();
  const bool undecoded = std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return field->type()->id() == arrow::Type::BINARY;  // Arrow's kind of text that is not UTF-8
  });
  if (undecoded || text.rows.find('\0') != std::string_view::npos) refuse_bad_bytes(layout, text, columns);
  return with_long_integers(std::move(table), layout, text);
}

}  // namespace reszoo
