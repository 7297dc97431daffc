// Writes the preprocessing of table rows.
#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <map>

#include "onnx_pipeline.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/number_words.h"

namespace reszoo::onnx {
namespace {

struct Number {
  std::string column;
  std::optional<DatePart> part = {};
};

struct Category {
  std::string name;
  std::vector<std::string> words;
  WordLookup lookup;
};

/// What a fitted preprocessing does, as its description says.
struct TableSteps {
  std::vector<Number> numbers;
  std::vector<int64_t> indicators;  // indices of numbers
  std::vector<Category> categories;
};

TableSteps steps_of(const TablePreprocess& table) {
  const auto description = table.to_json();
  TableSteps steps{.numbers = {}, .indicators = description.at("indicators"), .categories = {}};
  for (const auto& number : description.at("numeric"))
    steps.numbers.push_back(number.is_string()
                                ? Number{number}
                                : Number{number.at("column"), parse_date_part(std::string(number.at("part")))});
  for (const auto& category : description.at("categorical")) {
    const std::vector<std::string> words = category.at("words");
    steps.categories.push_back({category.at("name"), words, WordLookup(words)});
  }
  return steps;
}

const ColumnReading& reading_of(const TablePreprocess& table, const std::string& column) {
  static const ColumnReading plain;
  const auto found = table.readings().find(column);
  return found == table.readings().end() ? plain : found->second;
}

OnnxValue column_input(OnnxGraph& graph, const std::string& name, OnnxType type, std::string description) {
  if (name.empty()) fail(ErrorKind::usage, "column \"\": an input of an ONNX file needs a name");
  return graph.input({name, type, {"batch", int64_t{1}}, std::move(description)});
}

/// Returns the words of a category in the spellings that a program may write them in: numbers with and without
/// decimals, booleans in lower and upper case, and the words that are missing values.
std::vector<std::string> spellings_of(const Category& category, const ColumnReading& reading) {
  std::vector<std::string> found = category.words;
  const auto add = [&](const std::string& word) {
    if (std::ranges::find(found, word) == found.end()) found.push_back(word);
  };
  for (const auto& word : category.words) {
    const auto plain = plain_word(word);
    add(plain);
    if (plain_number(word)) add(plain + ".0");
  }
  for (const auto* word : {"false", "False", "FALSE", "true", "True", "TRUE", "0", "1", "0.0", "1.0"}) add(word);
  for (const auto& word : reading.missing) add(word), add(plain_word(word));
  return found;
}

/// Looks the words up. A word of no code becomes -1.
OnnxValue codes(OnnxGraph& graph, const TablePreprocess& table, const Category& category) {
  const auto& reading = reading_of(table, category.name);
  std::vector<std::string> keys;
  std::vector<int64_t> values;
  const auto missing = [&](const std::string& word) {
    return std::ranges::any_of(reading.missing,
                               [&](const auto& known) { return word == known || word == plain_word(known); });
  };
  for (const auto& word : spellings_of(category, reading))
    if (const auto code = category.lookup.find(missing(word) ? "" : word); code >= 0)
      keys.push_back(word), values.push_back(code);
  const auto words = column_input(graph, category.name, OnnxType::text, "a category; \"\" is a missing value");
  auto* node = graph.add("ai.onnx.ml::LabelEncoder", {words});
  node->ss_(attribute("keys_strings"), keys)->is_(attribute("values_int64s"), values);
  return node->i_(attribute("default_int64"), -1)->output();
}

/// Missing values become NaN: infinite numbers, and those that training took for missing, such as -999.
OnnxValue without_missing(OnnxGraph& graph, OnnxValue x, const ColumnReading& reading) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto none = calc.of(std::numeric_limits<double>::quiet_NaN());
  auto known = graph.apply("Where", {graph.apply("IsInf", {x}), none, x});
  for (const auto& word : reading.missing)
    if (const auto number = number_in(plain_word(word)))
      known = graph.apply("Where", {graph.apply("Equal", {x, calc.of(*number)}), none, known});
  return known;
}

OnnxValue number_input(OnnxGraph& graph, const std::string& column, const ColumnReading& reading) {
  const bool date = reading.kind == ColumnKind::date;
  const auto* description =
      date ? "a date, as days since 1970-01-01; NaN is a missing value" : "a number; NaN is a missing value";
  return without_missing(graph, column_input(graph, column, OnnxType::float64, description), reading);
}

/// The remainder of a whole number.
OnnxValue remainder(const Arithmetic& calc, OnnxValue x, double divisor) {
  return calc.sub(x, calc.mul(calc("Floor", {calc.div(x, calc.of(divisor))}), calc.of(divisor)));
}

/// The month of a day since 1970-01-01, 1 to 12.
/// Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days.
OnnxValue month_of(const Arithmetic& calc, OnnxValue day) {
  const auto floor_of = [&](OnnxValue x, double divisor) { return calc("Floor", {calc.div(x, calc.of(divisor))}); };
  const auto of_era = remainder(calc, calc.add(day, calc.of(719468)), 146097);
  const auto year = floor_of(
      calc.sub(calc.add(calc.sub(of_era, floor_of(of_era, 1460)), floor_of(of_era, 36524)), floor_of(of_era, 146096)),
      365);
  const auto leap_days = calc.sub(floor_of(year, 4), floor_of(year, 100));
  const auto of_year = calc.sub(of_era, calc.add(calc.mul(year, calc.of(365)), leap_days));
  const auto from_march = floor_of(calc.add(calc.mul(of_year, calc.of(5)), calc.of(2)), 153);
  return calc.add(remainder(calc, calc.add(from_march, calc.of(2)), 12), calc.of(1));
}

OnnxValue part_value(OnnxGraph& graph, OnnxValue days, DatePart part) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto whole = calc("Floor", {days});
  constexpr double microseconds_a_day = 86400e6;
  switch (part) {
    case DatePart::days: return days;
    case DatePart::month: return month_of(calc, whole);
    case DatePart::weekday: return remainder(calc, calc.add(whole, calc.of(3)), 7);
    case DatePart::hour: break;
  }
  const auto of_day = calc("Round", {calc.mul(calc.sub(days, whole), calc.of(microseconds_a_day))});
  return calc.div(of_day, calc.of(3600e6));
}

}  // namespace

OnnxValue table_input(OnnxGraph& graph, const TablePreprocess& table) {
  const auto steps = steps_of(table);
  std::map<std::string, OnnxValue> inputs;
  std::vector<OnnxValue> numbers, parts;
  for (const auto& [column, part] : steps.numbers) {
    auto& input = inputs[column];
    if (!input) input = number_input(graph, column, reading_of(table, column));
    numbers.push_back(part ? part_value(graph, input, *part) : input);
  }
  if (!numbers.empty()) {
    const auto values = concatenated(graph, numbers);
    const auto missing = graph.apply("IsNaN", {values});
    parts.push_back(
        cast(graph, table.scaler() ? scaled(graph, values, missing, *table.scaler()) : values, OnnxType::float32));
    if (!steps.indicators.empty())
      parts.push_back(cast(graph, gathered(graph, missing, graph.integers(steps.indicators), 1), OnnxType::float32));
  }
  std::vector<OnnxValue> words;
  for (const auto& category : steps.categories) words.push_back(codes(graph, table, category));
  if (!words.empty()) parts.push_back(cast(graph, concatenated(graph, words), OnnxType::float32));
  return concatenated(graph, parts);
}

}  // namespace reszoo::onnx
