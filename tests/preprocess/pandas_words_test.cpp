// Numbers and dates in text have the values that pandas reads.
#include <cmath>

#include "reszoo/preprocess/column_reading.h"
#include "reszoo/preprocess/dates.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using Json = nlohmann::json;

namespace {

const Json& pandas_words() {
  static const auto json = test::read_fixture("pandas_words");
  return json;
}

void expect_pandas(const std::optional<double>& found, const Json& value, const std::string& word) {
  ASSERT_EQ(found.has_value(), !value.is_null()) << word;
  if (found) EXPECT_DOUBLE_EQ(*found, value.get<double>()) << word;
}

/// Expects a column of these words to be learnt as this kind, and read as these values.
ColumnReading expect_learnt(const Json& given, ColumnKind kind) {
  const auto words = given["words"].get<std::vector<std::string>>();
  const Frame table{{Column::of_text("c", words)}};
  const auto reading = learn_readings(table).at("c");
  EXPECT_EQ(reading.kind, kind);
  const auto read = read_column(table.at("c"), reading, table);
  for (size_t i = 0; i < words.size(); ++i)
    EXPECT_DOUBLE_EQ(read.numbers[static_cast<int64_t>(i)].item<double>(), given["values"][i].get<double>())
        << words[i];
  return reading;
}

}  // namespace

TEST(PandasWords, Numbers) {
  for (const auto& given : pandas_words()["numbers"]) {
    SCOPED_TRACE(given["column"].get<std::string>());
    NumberNotation notation{.decimal = given["decimal"].get<std::string>()[0], .unit = given["unit"]};
    if (given["thousands"] != "") notation.thousands = given["thousands"].get<std::string>()[0];
    for (size_t i = 0; i < given["words"].size(); ++i)
      expect_pandas(number_in(given["words"][i].get<std::string>(), notation), given["values"][i], given["words"][i]);
    EXPECT_EQ(expect_learnt(given, ColumnKind::number).notation.unit, notation.unit);
  }
  for (const auto& word : pandas_words()["refused"]["numbers"])
    EXPECT_FALSE(number_in(word.get<std::string>())) << word;
}

TEST(PandasWords, Dates) {
  for (const auto& given : pandas_words()["dates"]) {
    SCOPED_TRACE(given["column"].get<std::string>());
    for (size_t i = 0; i < given["words"].size(); ++i)
      expect_pandas(date_in(given["words"][i].get<std::string>(), given["order"]), given["values"][i],
                    given["words"][i]);
    EXPECT_EQ(expect_learnt(given, ColumnKind::date).date_format, given["order"].get<std::string>());
  }
  for (const auto& word : pandas_words()["refused"]["dates"]) {
    EXPECT_FALSE(date_in(word.get<std::string>())) << word;
    EXPECT_FALSE(date_in(word.get<std::string>(), "ymd")) << word;
  }
}

TEST(PandasWords, DatesInAFormat) {
  for (const auto& given : pandas_words()["formats"]) {
    const auto word = given[0].get<std::string>(), format = given[1].get<std::string>();
    expect_pandas(date_in(word, format), given[2], word + " as " + format);
  }
}
