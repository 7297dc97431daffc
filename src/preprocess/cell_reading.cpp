#include "cell_reading.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/date_words.h"
#include "reszoo/preprocess/json_field.h"
#include "reszoo/preprocess/word_lookup.h"

namespace reszoo {
namespace {

using nlohmann::json;

constexpr double kMissingCell = std::numeric_limits<double>::quiet_NaN();

/// Returns 0 for false and 1 for true.
std::optional<double> truth_in(const std::string& word) {
  const auto plain = plain_word(word);
  if (plain == "true") return 1;
  if (plain == "false") return 0;
  return std::nullopt;
}

}  // namespace

MissingWords::MissingWords(const std::vector<std::string>& learnt, const std::vector<std::string>& own)
    : words_(learnt) {
  words_.insert(words_.end(), own.begin(), own.end());
  for (const auto& word : words_) plain_.push_back(plain_word(word));
}

bool MissingWords::holds(const std::string& word) const {
  if (words_.empty()) return false;
  return std::find(words_.begin(), words_.end(), word) != words_.end() ||
         std::find(plain_.begin(), plain_.end(), plain_word(word)) != plain_.end();
}

std::optional<double> number_of_cell(const std::string& word, const NumberNotation& notation, bool binary,
                                     const MissingWords& missing) {
  if (is_missing_word(word) || missing.holds(word)) return kMissingCell;
  if (const auto number = number_in(word, notation)) return number;
  return binary ? truth_in(word) : std::nullopt;
}

std::optional<double> date_of_cell(const std::string& word, const std::string& format, const MissingWords& missing) {
  if (is_missing_word(word) || is_zero_date(word) || missing.holds(word)) return kMissingCell;
  if (const auto date = date_in(word, format)) return date;
  return date_in(word);
}

std::string no_number(const std::string& word) {
  return date_in(word) ? fmt::format("must hold numbers, as in training, got the date {}", word)
                       : fmt::format("must hold numbers, got \"{}\"", escaped(word));
}

std::string no_date(const std::string& word, const std::string& format) {
  return number_in(word) ? fmt::format("must hold dates, as in training ({}), got the number {}", format, word)
                         : fmt::format("must hold dates ({}), got \"{}\"", format, escaped(word));
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
