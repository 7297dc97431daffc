// Reads columns as they were learnt.
#include "reszoo/preprocess/column_reading.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "reszoo/base/blocks.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/dates.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/preprocess/word_lookup.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Words that are missing values, in any of their spellings.
class MissingWords {
 public:
  MissingWords(const ColumnReading& reading, const Frame& table) : words_(reading.missing) {
    words_.insert(words_.end(), table.notation.missing.begin(), table.notation.missing.end());
    for (const auto& word : words_) plain_.push_back(plain_word(word));
  }
  bool empty() const { return words_.empty(); }
  bool holds(const std::string& word) const {
    if (words_.empty()) return false;
    return std::find(words_.begin(), words_.end(), word) != words_.end() ||
           std::find(plain_.begin(), plain_.end(), plain_word(word)) != plain_.end();
  }
  const std::vector<std::string>& plain() const { return plain_; }

 private:
  std::vector<std::string> words_, plain_;
};

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

/// Returns 0 for false and 1 for true.
std::optional<double> truth_in(const std::string& word) {
  const auto plain = plain_word(word);
  if (plain == "true") return 1;
  if (plain == "false") return 0;
  return std::nullopt;
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
      [&](const std::string& word) -> std::optional<double> {
        if (is_missing_word(word) || missing.holds(word)) return kMissing;
        if (const auto number = number_in(word, notation)) return number;
        return reading.binary ? truth_in(word) : std::nullopt;
      },
      [&](const std::string& word) {
        return date_in(word) ? fmt::format("must hold numbers, as in training, got the date {}", word)
                             : fmt::format("must hold numbers, got \"{}\"", escaped(word));
      });
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
      column, table.first_row,
      [&](const std::string& word) -> std::optional<double> {
        if (is_missing_word(word) || is_zero_date(word) || missing.holds(word)) return kMissing;
        if (const auto date = date_in(word, format)) return date;
        return date_in(word);
      },
      [&](const std::string& word) {
        return number_in(word) ? fmt::format("must hold dates, as in training ({}), got the number {}", format, word)
                               : fmt::format("must hold dates ({}), got \"{}\"", format, escaped(word));
      });
  read.date = true;
  return read;
}

}  // namespace

Column read_column(const Column& column, const ColumnReading& reading, const Frame& table) {
  const MissingWords missing(reading, table);
  switch (reading.kind) {
    case ColumnKind::number: return read_number(column, reading, table, missing);
    case ColumnKind::date: return read_date(column, reading, table, missing);
    case ColumnKind::category: break;
  }
  return without_words(as_text(column), missing);
}

bool is_read_as_text(const ColumnReading& reading) {
  const ColumnReading plain;
  return reading.kind == ColumnKind::category || reading.notation != plain.notation ||
         reading.date_format != plain.date_format;
}

json to_json(const ColumnReading& reading) {
  const ColumnReading plain;
  auto object = json::object();
  const auto& notation = reading.notation;
  if (notation.decimal != '.') object["decimal"] = std::string(1, notation.decimal);
  if (notation.thousands != '\0') object["thousands"] = std::string(1, notation.thousands);
  if (!notation.unit.empty()) object["unit"] = notation.unit;
  if (notation.clock) object["clock"] = true;
  if (reading.date_format != plain.date_format) object["date_format"] = reading.date_format;
  if (!reading.missing.empty()) object["missing"] = reading.missing;
  if (reading.binary) object["binary"] = true;
  return object;
}

ColumnReading reading_from(const json& object, ColumnKind kind) {
  const std::string subject = "reading of a column";
  const auto letter = [&](const char* field, char other) {
    if (!object.contains(field)) return other;
    const auto text = json_field<std::string>(object, field, subject);
    if (text.size() != 1) fail(ErrorKind::file, "{}: {} must be one character, got \"{}\"", subject, field, text);
    return text[0];
  };
  ColumnReading reading{.kind = kind};
  reading.notation = {.decimal = letter("decimal", '.'), .thousands = letter("thousands", '\0')};
  if (object.contains("unit")) reading.notation.unit = json_field<std::string>(object, "unit", subject);
  if (object.contains("clock")) reading.notation.clock = json_field<bool>(object, "clock", subject);
  if (object.contains("date_format")) {
    reading.date_format = json_field<std::string>(object, "date_format", subject);
    parsed_json_field(object, "date_format", subject, [](const std::string& format) {
      check_date_format(format);
      return 0;
    });
  }
  if (object.contains("missing")) reading.missing = json_field<std::vector<std::string>>(object, "missing", subject);
  if (object.contains("binary")) reading.binary = json_field<bool>(object, "binary", subject);
  return reading;
}

}  // namespace reszoo
