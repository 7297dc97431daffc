#include "table_steps.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/preprocess/json_field.h"

namespace reszoo {
namespace {

using nlohmann::json;

// The subject of messages about a file's content.
const std::string kStepsSubject = "preprocessing";

std::vector<int64_t> read_places(const json& object, size_t numbers) {
  const auto places = json_field<std::vector<int64_t>>(object, "indicators", kStepsSubject);
  int64_t previous = -1;
  for (const auto place : places) {
    if (place <= previous || place >= static_cast<int64_t>(numbers))
      fail(ErrorKind::file, "{}: indicators must be rising places of numeric columns, got {}", kStepsSubject, place);
    previous = place;
  }
  return places;
}

NumberStep read_number_step(const json& item) {
  if (item.is_string()) return {item.get<std::string>()};
  if (!item.is_object()) fail(ErrorKind::file, "{}: field \"numeric\" is missing or has the wrong type", kStepsSubject);
  return {json_field<std::string>(item, "column", kStepsSubject),
          parsed_json_field(item, "part", kStepsSubject, parse_date_part)};
}

CategoryStep read_category_step(const json& item) {
  CategoryStep category{json_field<std::string>(item, "name", kStepsSubject),
                        json_field<std::vector<std::string>>(item, "words", kStepsSubject),
                        json_field<bool>(item, "numbers", kStepsSubject)};
  const auto& words = category.words;
  if (words.empty() || std::adjacent_find(words.begin(), words.end(), std::greater_equal<>()) != words.end())
    fail(ErrorKind::file, "{}: words of \"{}\" must be sorted and different", kStepsSubject, category.name);
  return category;
}

/// Restores how each column is read; files before readings were stored have the default of the column's kind.
void read_readings(TableSteps& steps, const json& object) {
  for (const auto& number : steps.numbers)
    steps.readings[number.column] = {.kind = number.part ? ColumnKind::date : ColumnKind::number};
  for (const auto& category : steps.categories) steps.readings[category.name] = {.kind = ColumnKind::category};
  if (!object.contains("readings")) return;
  for (const auto& [name, item] : json_field<std::map<std::string, json>>(object, "readings", kStepsSubject))
    if (const auto found = steps.readings.find(name); found != steps.readings.end())
      found->second = reading_from(item, found->second.kind);
}

}  // namespace

TableSteps table_steps_from(const json& object) {
  TableSteps steps;
  for (const auto& item : json_field<std::vector<json>>(object, "numeric", kStepsSubject))
    steps.numbers.push_back(read_number_step(item));
  steps.indicators = read_places(object, steps.numbers.size());
  for (const auto& item : json_field<std::vector<json>>(object, "categorical", kStepsSubject))
    steps.categories.push_back(read_category_step(item));
  read_readings(steps, object);
  steps.scaling = parsed_json_field(object, "scaling", kStepsSubject, parse_scaling);
  return steps;
}

}  // namespace reszoo
