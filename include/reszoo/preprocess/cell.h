/// How the cells of a column are read.
#pragma once
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/preprocess/number_words.h"

namespace reszoo {

/// What the cells of a column mean.
enum class ColumnKind { number, date, category };

/// How the cells of a column are read.
struct ColumnReading {
  ColumnKind kind = ColumnKind::number;
  NumberNotation notation = {};           ///< of a number in text
  std::string date_format = "ymd";        ///< of a date in text, see `date_in`
  std::vector<std::string> missing = {};  ///< words that are missing values, beside `is_missing_word`
  bool binary = false;                    ///< a number that is 0 or 1: `false` and `true` are read too
  std::string note = {};                  ///< one line about what was found unusual; not stored
  bool operator==(const ColumnReading&) const = default;
};

/// Returns whether a reader must deliver the column as it is spelt: it is a category, or in a notation of its own, such
/// as 1.234 for 1234.
bool is_read_as_text(const ColumnReading& reading);

using ColumnReadings = std::map<std::string, ColumnReading>;

/// Returns whether a word means a missing value where numbers or dates are expected: `NA`, `null`, `None`, `?`, `-`, …
bool is_missing_word(std::string_view word);

/// Writes the fields that differ from the default, and reads them back. Throws: Error (file).
nlohmann::json to_json(const ColumnReading& reading);
ColumnReading reading_from(const nlohmann::json& json, ColumnKind kind);

}  // namespace reszoo
