// What a column is, is learnt from its words, and later columns are read by it.
#include "reszoo/preprocess/column_reading.h"

#include <torch/types.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "reszoo/preprocess/dates.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

namespace {

using Cells = std::vector<std::string>;

Cells cells(int count, const std::function<std::string(int)>& cell) {
  Cells all;
  for (int i = 0; i < count; ++i) all.push_back(cell(i));
  return all;
}

Frame of(const Cells& words) { return {{Column::of_text("c", words)}}; }

ColumnReading learnt(const Frame& table, const LearnOptions& options = {}) {
  return learn_readings(table, options).at("c");
}

double value_in(const Frame& table, int64_t row) {
  return read_column(table.at("c"), learnt(table), table).numbers[row].item<double>();
}

std::string amount(int i) { return fmt::format("{},{:03}", 10 + i, i * 37 % 1000); }

std::string day_first(int i) { return fmt::format("{:02}/{:02}/{}", 1 + i % 28, 1 + i * 5 % 12, 2020 + i % 3); }

}  // namespace

TEST(ColumnReading, NotationsAreLearntFromAllWords) {
  const auto dollars = cells(50, [](int i) { return fmt::format("${},{:03}", 1 + i, i); });
  EXPECT_EQ(learnt(of(dollars)).kind, ColumnKind::number);
  // "$1,000": thousands or a decimal comma; a larger number tells.
  auto large = dollars;
  large[0] = "$1,000,000";
  EXPECT_EQ(value_in(of(large), 0), 1e6);
  EXPECT_EQ(value_in(of(large), 1), 2001);
  EXPECT_EQ(value_in(of(cells(50, [](int i) { return fmt::format("{},{}", i, i % 10); })), 12), 12.2);
  EXPECT_EQ(value_in(of(cells(50, [](int i) { return fmt::format("({}.5)", i); })), 3), -3.5);
  EXPECT_EQ(value_in(of(cells(50, [](int i) { return fmt::format("{}.5%", i); })), 3), 3.5);
  EXPECT_EQ(value_in(of(cells(50, [](int i) { return fmt::format("{:02}:{:02}", i % 24, i); })), 2), 7320);
}

TEST(ColumnReading, VeryManyWordsAreReadAsFewAre) {
  auto words = cells(60000, [](int i) { return fmt::format("{},{:03}.{:02}", 1 + i / 1000, i % 1000, i % 100); });
  words[30001] = "broken";
  const auto reading = learnt(of(words));
  EXPECT_EQ(reading.notation.thousands, ',');
  EXPECT_EQ(reading.missing, Cells{"broken"});
  const auto table = of(cells(60000, [](int i) { return fmt::format("{},{:03}", 1 + i / 1000, i % 1000); }));
  expect_error_parts(ErrorKind::input, {"\"1,000\" is", "--thousands , or --thousands ."}, [&] { learnt(table); });
}

TEST(ColumnReading, TwoReadingsAreAskedFor) {
  auto table = of(cells(50, amount));
  expect_error_parts(ErrorKind::input, {"column \"c\"", "\"10,000\" is", "10000", "--thousands , or --thousands ."},
                     [&] { learnt(table); });
  table.notation.thousands = ',';
  EXPECT_EQ(value_in(table, 1), 11037);
  table.notation = {.decimal = ','};
  EXPECT_EQ(value_in(table, 1), 11.037);
  table.notation = {.thousands = '.'};
  EXPECT_EQ(value_in(table, 1), 11.037);
  // Another column of the table tells.
  table.notation = {};
  std::vector<double> halves;
  for (int i = 0; i < 50; ++i) halves.push_back(i + 0.5);
  table.columns.push_back(Column::of_numbers("x", halves));
  EXPECT_EQ(value_in(table, 1), 11037);
  table.columns.back() = Column::of_text("x", cells(50, [](int i) { return fmt::format("{},5", i); }));
  EXPECT_EQ(value_in(table, 1), 11.037);
}

TEST(ColumnReading, PointsBesideDecimalCommasAreNoted) {
  std::vector<double> thousands, decimals;
  for (int i = 0; i < 50; ++i) {
    thousands.push_back(1 + i * 1.234);  // 1.000, 2.234: a reader took them for decimals
    decimals.push_back(i * 0.25 + 0.125);
  }
  const Frame table{{Column::of_text("c", cells(50, [](int i) { return fmt::format("{},{}", i, i % 10); })),
                     Column::of_numbers("pop", thousands), Column::of_numbers("x", decimals)}};
  const auto readings = learn_readings(table);
  EXPECT_NE(readings.at("pop").note.find("--decimal , reads 1.234 as 1234"), std::string::npos);
  EXPECT_EQ(readings.at("x").note, "");
}

TEST(ColumnReading, OrdersOfDatesAreLearntOrAskedFor) {
  EXPECT_EQ(learnt(of(cells(50, day_first))).date_format, "dmy");
  EXPECT_EQ(value_in(of(cells(50, day_first)), 13), *date_in("2021-06-14"));
  EXPECT_EQ(learnt(of(cells(50, [](int i) { return fmt::format("{}/{}/24", 1 + i % 12, 1 + i % 28); }))).date_format,
            "mdy");
  EXPECT_EQ(learnt(of({"12 Apr 2022", "1 May 2021"})).date_format, "dmy");
  EXPECT_EQ(learnt(of({"2022/4/12", "2021.05.01"})).date_format, "ymd");
  auto table = of(cells(50, [](int i) { return fmt::format("{:02}/{:02}/2024", 1 + i % 12, 1 + i * 5 % 12); }));
  expect_error_parts(ErrorKind::input, {"column \"c\"", "\"02/06/2024\"", "2024-06-02", "2024-02-06", "--date-format"},
                     [&] { learnt(table); });
  table.notation.date_format = "mdy";
  EXPECT_EQ(value_in(table, 1), *date_in("2024-02-06"));
  table.notation.date_format = "%d/%m/%Y";
  EXPECT_EQ(value_in(table, 1), *date_in("2024-06-02"));
  table.notation.date_format = "day first";
  expect_error_parts(ErrorKind::usage, {"date_format", "day first"}, [&] { learnt(table); });
}

TEST(ColumnReading, AFewOtherWordsAreNamedAndMissing) {
  auto words = cells(270, [](int i) { return fmt::format("{}.5", i); });
  words[7] = words[9] = "n.a.";
  words[20] = "broken";
  const auto table = of(words);
  const auto reading = learnt(table);
  EXPECT_EQ(reading.kind, ColumnKind::number);
  EXPECT_EQ(reading.missing, Cells{"broken"});
  for (const auto* part :
       {"\"n.a.\" in 2 rows", "267 of 268 rows hold numbers", "\"broken\" (first in row 21)", "--missing broken"})
    EXPECT_NE(reading.note.find(part), std::string::npos) << part << " in " << reading.note;
  EXPECT_EQ(read_column(table.at("c"), reading, table).missing().nonzero().squeeze(1).size(0), 3);
  expect_error_parts(ErrorKind::input,
                     {"267 of 268 rows hold numbers", "\"broken\" in row 21", "--missing broken", "--drop-missing"},
                     [&] { learnt(table, {.strict = {"c"}, .may_drop = true}); });
  auto told = table;
  told.notation.missing = {"broken"};
  EXPECT_EQ(learnt(told, {.strict = {"c"}}).missing, Cells{"broken"});
}

TEST(ColumnReading, EveryRowOfATimeOrAWeightHasAValue) {
  auto words = cells(50, day_first);
  words[20] = "broken";
  try {
    learnt(of(words), {.strict = {"c"}});
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "column \"c\": 49 of 50 rows hold dates, \"broken\" in row 21 is none; every row needs one");
  }
}

TEST(ColumnReading, ManyOtherWordsMakeACategoryThatIsNoted) {
  const auto half = learnt(of(cells(100, [](int i) { return i % 3 == 0 ? "low" : fmt::format("{}", i); })));
  EXPECT_EQ(half.kind, ColumnKind::category);
  EXPECT_NE(half.note.find("66 of 100 rows hold numbers, others \"low\"; --missing low"), std::string::npos)
      << half.note;
  // Few numbers may be names of classes.
  const auto grades = learnt(of(cells(100, [](int i) { return i == 5 ? "3+" : fmt::format("{}", i % 5); })));
  EXPECT_EQ(grades.kind, ColumnKind::category);
  EXPECT_NE(grades.note.find("99 of 100 rows hold numbers, others \"3+\""), std::string::npos) << grades.note;
}

TEST(ColumnReading, CodesAndBigIntegersAreCategories) {
  const auto zip = learnt(of(cells(100, [](int i) { return fmt::format("{:05}", 9900 + 3 * i); })));
  EXPECT_EQ(zip.kind, ColumnKind::category);
  EXPECT_NE(zip.note.find("begins with a zero"), std::string::npos) << zip.note;
  const auto ids = cells(100, [](int i) { return fmt::format("100000000000000000{}", i % 4); });
  EXPECT_EQ(learnt(of(ids)).kind, ColumnKind::category);
  const auto nanoseconds = cells(100, [](int i) { return fmt::format("17000000{:02}000000000", i); });
  EXPECT_EQ(learnt(of(nanoseconds)).kind, ColumnKind::number);
}

TEST(ColumnReading, WordsForMissingDependOnTheKind) {
  EXPECT_EQ(learnt(of({"ZA", "NA", "BW"})).kind, ColumnKind::category);
  EXPECT_EQ(read_column(of({"ZA", "NA"}).at("c"), {.kind = ColumnKind::category}, {}).missing().sum().item<int64_t>(),
            0);
  for (const auto* word : {"NA", "None", "?", "-", "null", "n.a.", " "})
    EXPECT_TRUE(std::isnan(value_in(of({"1.5", word, "2"}), 1))) << word;
  EXPECT_TRUE(std::isnan(value_in(of({"2024-01-01", "0000-00-00", "2024-01-03"}), 1)));
  auto table = of({"ZA", "NA", "BW"});
  table.notation.missing = {"NA"};
  EXPECT_TRUE(read_column(table.at("c"), learnt(table), table).missing()[1].item<bool>());
  Frame numbers{{Column::of_numbers("c", {1, -999, 2.5})}};
  numbers.notation.missing = {"-999"};
  EXPECT_TRUE(std::isnan(value_in(numbers, 1)));
}

TEST(ColumnReading, NumbersOfTwoValuesAcceptBooleans) {
  const auto reading = learnt({{Column::of_numbers("c", {0, 1, 1})}});
  const auto later = of({"true", "False", ""});
  EXPECT_EQ(read_column(later.at("c"), reading, later).numbers[0].item<double>(), 1);
  const auto wide = learnt({{Column::of_numbers("c", {0, 1, 2})}});
  expect_error_parts(ErrorKind::input, {"must hold numbers, got \"true\" in row 1"},
                     [&] { read_column(later.at("c"), wide, later); });
}

TEST(ColumnReading, ALaterFileMayHaveANotationOfItsOwn) {
  const auto reading = learnt(of(cells(50, [](int i) { return fmt::format("{}.5", i); })));
  auto later = of({"1.234,5", "2,5"});
  expect_error_parts(ErrorKind::input, {"\"1.234,5\" in row 1"}, [&] { read_column(later.at("c"), reading, later); });
  later.notation.decimal = ',';
  EXPECT_EQ(read_column(later.at("c"), reading, later).numbers[0].item<double>(), 1234.5);
}

TEST(ColumnReading, IsStored) {
  for (const auto& reading :
       {ColumnReading{}, ColumnReading{.notation = {',', '.', "€", false}, .missing = {"x"}, .binary = true},
        ColumnReading{.notation = {.clock = true}}, ColumnReading{.kind = ColumnKind::date, .date_format = "dmy"}})
    EXPECT_EQ(reading_from(to_json(reading), reading.kind), reading);
  EXPECT_TRUE(to_json(ColumnReading{}).empty());
  expect_error_parts(ErrorKind::file, {"decimal"}, [] { reading_from({{"decimal", "ab"}}, ColumnKind::number); });
  expect_error_parts(ErrorKind::file, {"date_format"}, [] { reading_from({{"date_format", "x"}}, ColumnKind::date); });
}

TEST(Footer, IsTheLastRowsThatAreNoData) {
  const auto numbers = [](std::string last) {
    auto words = cells(41, [](int i) { return fmt::format("{}.5", i); });
    words.back() = std::move(last);
    return words;
  };
  std::vector<double> x(41, 1.5);
  x.back() = std::nan("");
  const Frame notes{{Column::of_numbers("x", x), Column::of_numbers("z", x), Column::of_text("c", numbers("n=40"))}};
  EXPECT_EQ(count_footer_rows(notes), 1);
  const Frame data{{Column::of_numbers("x", x), Column::of_numbers("z", x), Column::of_text("c", numbers("7"))}};
  EXPECT_EQ(count_footer_rows(data), 0);
  std::vector<double> full(41, 2);
  const Frame total{{Column::of_text("c", numbers("Total")), Column::of_numbers("x", full)}};
  EXPECT_EQ(count_footer_rows(total), 1);
  const Frame slip{
      {Column::of_text("c", numbers("unknown")), Column::of_numbers("x", full), Column::of_numbers("z", full)}};
  EXPECT_EQ(count_footer_rows(slip), 0);
}
