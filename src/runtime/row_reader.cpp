#include "runtime/row_reader.h"

#include <cmath>
#include <limits>

#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/preprocess/date_words.h"

namespace reszoo::detail {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

bool is_missing_value(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number ? std::isnan(*number) : std::get<std::string>(value).empty();
}

/// Returns NaN for a number that means a missing value, such as -999.
double without_missing(double number, const MissingWords& missing) {
  for (const auto& word : missing.plain())
    if (const auto other = number_in(word); other && *other == number) return kNoNumber;
  return number;
}

}  // namespace

RowReader::RowReader(TableSteps steps, const FittedNumbers& fitted) : steps_(std::move(steps)) {
  if (const auto columns = steps_.numbers.size(); columns > 0) {
    const auto scaling = steps_.scaling;
    const auto* middle = scaling == Scaling::quantile                               ? "quantiles"
                         : scaling == Scaling::robust || scaling == Scaling::smooth ? "median"
                                                                                    : "mean";
    for (const auto* key : {middle, scaling == Scaling::quantile || scaling == Scaling::none ? middle : "scale"}) {
      const auto found = fitted.find(key);
      if (found == fitted.end() || found->second.empty() || found->second.size() % columns != 0)
        fail(ErrorKind::file, "preprocessing: \"{}\" must have a value of each of {} columns", key, columns);
    }
    if (const auto found = fitted.find("thresholds"); found != fitted.end() && found->second.size() != columns)
      fail(ErrorKind::file, "preprocessing: \"thresholds\" must have {} values", columns);
    scaler_ = std::make_shared<const NumberScaler>(scaling, columns, fitted);
  }
  for (const auto& category : steps_.categories) lookups_.emplace_back(category.words);
  for (const auto& [name, reading] : steps_.readings) missing_.emplace(name, MissingWords(reading.missing, /*own=*/{}));
}

std::vector<std::string> RowReader::columns() const {
  std::vector<std::string> names;
  for (const auto& number : steps_.numbers)
    if (names.empty() || names.back() != number.column) names.push_back(number.column);
  for (const auto& category : steps_.categories) names.push_back(category.name);
  return names;
}

void RowReader::refuse_missing(const Row& row) const {
  std::vector<std::string> lost, given;
  for (const auto& [name, value] : row) given.push_back(name);
  for (const auto& name : columns())
    if (!row.contains(name)) lost.push_back(name);
  if (lost.size() > 1) fail(ErrorKind::input, "table: no columns \"{}\"", fmt::join(lost, "\", \""));
  const auto hint = suggestion(lost.front(), given);
  fail(ErrorKind::input, "table: no column \"{}\"{}", lost.front(),
       hint.empty() ? "; columns are " + list(given) : hint);
}

const Value& RowReader::value_of(const Row& row, const std::string& column) const {
  const auto found = row.find(column);
  if (found == row.end()) refuse_missing(row);
  return found->second;
}

/// Returns a number or a date as days; NaN if it is missing or infinite.
double RowReader::number_of(const std::string& column, const Value& value) const {
  if (is_missing_value(value)) return kNoNumber;
  const auto& reading = steps_.readings.at(column);
  const auto& missing = missing_.at(column);
  const auto* number = std::get_if<double>(&value);
  const bool date = reading.kind == ColumnKind::date;
  if (number && !date) {
    const auto known = without_missing(*number, missing);
    return std::isinf(known) ? kNoNumber : known;
  }
  if (number && reading.date_format.find('%') == std::string::npos) {
    if (std::isnan(without_missing(*number, missing))) return kNoNumber;
    fail(ErrorKind::input, "column \"{}\": must hold dates, as in training ({}), got the number {}", column,
         reading.date_format, number_text(*number));
  }
  const auto word = number ? number_text(*number) : std::get<std::string>(value);
  const auto read = date ? date_of_cell(word, reading.date_format, missing)
                         : number_of_cell(word, reading.notation, reading.binary, missing);
  if (!read)
    fail(ErrorKind::input, "column \"{}\": {}", column, date ? no_date(word, reading.date_format) : no_number(word));
  return std::isinf(*read) ? kNoNumber : *read;
}

float RowReader::code_of(size_t category, const Value& value) const {
  const auto& missing = missing_.at(steps_.categories[category].name);
  const auto* number = std::get_if<double>(&value);
  std::string word;
  if (!is_missing_value(value)) word = number ? number_text(*number) : std::get<std::string>(value);
  if (missing.holds(word)) word.clear();
  return static_cast<float>(lookups_[category].find(word));
}

void RowReader::read(const Row& row, float* to) const {
  for (const auto& [name, reading] : steps_.readings)
    if (!row.contains(name)) refuse_missing(row);
  std::vector<double> numbers;
  double whole = kNoNumber;
  for (size_t i = 0; i < steps_.numbers.size(); ++i) {
    const auto& [column, part] = steps_.numbers[i];
    if (i == 0 || steps_.numbers[i - 1].column != column) whole = number_of(column, value_of(row, column));
    numbers.push_back(part ? part_of(whole, *part) : whole);
    *to++ = static_cast<float>(scaler_->scaled(i, numbers.back()));
  }
  for (const auto place : steps_.indicators) *to++ = std::isnan(numbers[static_cast<size_t>(place)]) ? 1.0f : 0.0f;
  for (size_t i = 0; i < steps_.categories.size(); ++i) *to++ = code_of(i, value_of(row, steps_.categories[i].name));
}

}  // namespace reszoo::detail
