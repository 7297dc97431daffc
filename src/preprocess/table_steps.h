/// The parts of a fitted TablePreprocess that its JSON holds. Private.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/preprocess/cell.h"
#include "reszoo/preprocess/date_words.h"
#include "reszoo/preprocess/scaling.h"

namespace reszoo {

/// A numeric output: a column, or a part of a date.
struct NumberStep {
  std::string column;
  std::optional<DatePart> part = {};
};

/// A column whose words become codes.
struct CategoryStep {
  std::string name;
  std::vector<std::string> words;  ///< sorted, different
  bool numbers = false;            ///< whether the words are numbers
};

struct TableSteps {
  std::vector<NumberStep> numbers;
  std::vector<int64_t> indicators;  ///< indices into `numbers`, ascending
  std::vector<CategoryStep> categories;
  ColumnReadings readings;  ///< of all columns above
  Scaling scaling = Scaling::quantile;
};

/// Reads what TablePreprocess::to_json returned, also in earlier versions. Throws: Error (file).
TableSteps table_steps_from(const nlohmann::json& json);

}  // namespace reszoo
