// Reads columns as they were learnt.
#include "reszoo/preprocess/column_reading.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "cell_reading.h"
#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/frame.h"

namespace reszoo {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Replaces words by missing values.
Column without_words(Column column, const MissingWords& missing) {
  if (missing.empty()) return column;
  std::vector<int64_t> codes;
  for (size_t i = 0; i < column.words.size(); ++i)
    codes.push_back(missing.holds(column.words[i]) ? -1 : static_cast<int64_t>(i));
  codes.push_back(-1);
  column.codes = looked_up(torch::tensor(codes, torch::kInt64), column.codes);
  return column;
}

/// Replaces numbers that are missing values, such as -999.
Column without_numbers(Column column, const MissingWords& missing) {
  for (const auto& word : missing.plain())
    if (const auto number = number_in(word))
      column.numbers = converted(column.numbers, torch::kFloat64,
                                 [&](const Tensor& block) { return block.masked_fill(block == *number, kMissing); });
  return column;
}

/// Reads each word with `value_of`, which returns NaN for a missing value and nothing for a word to refuse.
Column by_words(const Column& column, int64_t first_row,
                const std::function<std::optional<double>(const std::string&)>& value_of,
                const std::function<std::string(const std::string&)>& complaint) {
  std::vector<double> values(column.words.size() + 1, kMissing);
  std::vector<uint8_t> bad(column.words.size() + 1, 0);
  for (size_t i = 0; i < column.words.size(); ++i) {
    const auto value = value_of(column.words[i]);
    bad[i] = !value;
    values[i] = value.value_or(kMissing);
  }
  const auto is_bad = torch::tensor(bad, torch::kByte).to(torch::kBool);
  const auto found = find_rows(column.codes, [&](const Tensor& block) { return is_bad.index({block}); });
  if (found.count > 0) {
    const auto row = found.first;
    const auto& word = column.words[static_cast<size_t>(column.codes[row].item<int64_t>())];
    fail(ErrorKind::input, "column \"{}\": {} in row {}{}", column.name, complaint(word), row + first_row,
         date_in(word) || number_in(word) ? ""
                                          : fmt::format("; --missing {} reads it as a missing value", escaped(word)));
  }
  return {column.name, Column::Kind::number, looked_up(torch::tensor(values, torch::kFloat64), column.codes), {}, {}};
}

/// The notation of the column, or that of this table where it has one of its own.
NumberNotation notation_in(const ColumnReading& reading, const TableNotation& table) {
  auto notation = reading.notation;
  if (table.decimal && *table.decimal != notation.decimal) {
    notation.decimal = *table.decimal;
    notation.thousands = *table.decimal == ',' ? '.' : ',';
  }
  if (table.thousands) notation.thousands = *table.thousands;
  if (notation.thousands == notation.decimal) notation.decimal = notation.decimal == '.' ? ',' : '.';
  return notation;
}

/// Returns the first row with a value of a column of numbers; -1 if there is none.
int64_t first_present(const Column& column) {
  return find_rows(column.numbers, [](const Tensor& block) { return ~block.isnan(); }).first;
}

Column read_number(const Column& column, const ColumnReading& reading, const Frame& table,
                   const MissingWords& missing) {
  if (column.kind == Column::Kind::number) {
    const auto present = column.date ? first_present(column) : -1;
    if (present >= 0)
      fail(ErrorKind::input, "column \"{}\": must hold numbers, as in training, got the date {} in row {}", column.name,
           date_text(column.numbers[present].item<double>()), present + table.first_row);
    auto read = without_numbers(column, missing);
    read.date = false;
    return read;
  }
  const auto notation = notation_in(reading, table.notation);
  return by_words(
      column, table.first_row,
      [&](const std::string& word) { return number_of_cell(word, notation, reading.binary, missing); }, no_number);
}

Column read_date(const Column& column, const ColumnReading& reading, const Frame& table, const MissingWords& missing) {
  const auto& format = table.notation.date_format.empty() ? reading.date_format : table.notation.date_format;
  if (column.kind == Column::Kind::number) {
    if (column.date) return column;
    if (format.find('%') != std::string::npos) return read_date(as_text(column), reading, table, missing);
    const auto read = without_numbers(column, missing);
    if (const auto present = first_present(read); present >= 0)
      fail(ErrorKind::input, "column \"{}\": must hold dates, as in training ({}), got the number {} in row {}",
           column.name, format, number_text(read.numbers[present].item<double>()), present + table.first_row);
    return {read.name, Column::Kind::number, read.numbers, {}, {}, true};
  }
  auto read = by_words(
      column, table.first_row, [&](const std::string& word) { return date_of_cell(word, format, missing); },
      [&](const std::string& word) { return no_date(word, format); });
  read.date = true;
  return read;
}

}  // namespace

Column read_column(const Column& column, const ColumnReading& reading, const Frame& table) {
  const MissingWords missing(reading.missing, table.notation.missing);
  switch (reading.kind) {
    case ColumnKind::number: return read_number(column, reading, table, missing);
    case ColumnKind::date: return read_date(column, reading, table, missing);
    case ColumnKind::category: break;
  }
  return without_words(as_text(column), missing);
}

}  // namespace reszoo
