// Tables in memory.
#include "reszoo/preprocess/frame.h"

#include "reszoo/preprocess/dates.h"

#include <torch/types.h>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error_parts;

TEST(Frame, RowsLackingAValueHaveItMissing) {
  const auto table = frame_of({{{"a", 1.0}, {"b", "x"}}, {{"b", ""}}, {{"a", 3.0}}});
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(torch::equal(table.at("a").missing(), torch::tensor({false, true, false})));
  EXPECT_TRUE(torch::equal(table.at("b").codes, torch::tensor({0, -1, -1}, torch::kInt64)));
}

TEST(Frame, EmptyValuesAreMissing) {
  const std::optional<double> known = 2.0, unknown;
  const std::optional<std::string> word = "x", no_word;
  const auto table = frame_of({Row{{"a", {}}, {"b", {}}, {"c", std::nullopt}},
                               Row{{"a", unknown}, {"b", no_word}, {"c", std::optional<int>(3)}},
                               Row{{"a", known}, {"b", word}, {"c", std::optional<bool>()}}});
  const auto all_but_last = torch::tensor({true, true, false});
  EXPECT_TRUE(torch::equal(table.at("a").missing(), all_but_last));
  EXPECT_TRUE(torch::equal(table.at("b").missing(), all_but_last));
  EXPECT_TRUE(torch::equal(table.at("c").missing(), torch::tensor({true, false, true})));
  EXPECT_EQ(table.at("c").numbers[1].item<double>(), 3);
  EXPECT_EQ(table.at("b").words, (std::vector<std::string>{"x"}));
}

TEST(Frame, NumbersAmongTextAreText) {
  const auto table = frame_of({{{"a", 1.0}}, {{"a", "x"}}, {{"a", 0.1}}});
  EXPECT_EQ(table.at("a").words, (std::vector<std::string>{"1", "x", "0.1"}));
}

TEST(Frame, NamesANearColumn) {
  const auto table = frame_of({{{"carat", 1.0}, {"cut", "x"}}});
  expect_error_parts(ErrorKind::input, {"\"carrat\"", "did you mean carat"}, [&] { table.at("carrat"); });
  expect_error_parts(ErrorKind::input, {"columns are carat, cut"}, [&] { table.at("something"); });
  EXPECT_EQ(table.find("something"), nullptr);
  expect_error_parts(ErrorKind::input, {"table"}, [] { frame_of({}); });
}

TEST(Column, NumbersAsTextHaveNoTrailingZero) {
  const auto text = as_text(Column::of_numbers("a", {10, -0.0, 2.5, 10, std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_EQ(text.words, (std::vector<std::string>{"0", "2.5", "10"}));
  EXPECT_TRUE(torch::equal(text.codes, torch::tensor({2, 0, 1, 2, -1}, torch::kInt64)));
}

TEST(Dates, AreReadAsIsoTextAndSpelledTheSame) {
  const std::vector<std::pair<std::string, double>> same{
      {"1970-01-01", 0},          {"1969-12-31", -1},       {"2024-02-29", 19782}, {"2024-02-29 12:00:00", 19782.5},
      {"0001-01-01", -719162},    {"9999-12-31", 2932896}, {"1970-01-01 00:00:00.250000", 0.25 / 86400}};
  for (const auto& [text, days] : same) {
    EXPECT_EQ(date_in(text), days) << text;
    EXPECT_EQ(date_text(days), text);
  }
  const std::vector<std::pair<std::string, double>> others{
      {"1970-01-02T06:00", 1.25},      {"1970-01-02T06:00Z", 1.25},        {"1970-01-02T06:00+06:00", 1},
      {"1970-01-02T06:00-0600", 1.5}, {"1970-01-02T06:00:00.000+00", 1.25}};
  for (const auto& [text, days] : others) EXPECT_EQ(date_in(text), days) << text;
  for (const auto* none :
       {"", "2024", "2024-13-01", "2023-02-29", "2024-1-1", "2024-01-01x", "2024-01-01 24:00", "20240101",
        "2024-01-01 10", "2024-01-01 10:00:61", "2024-01-01 10:00:00.", "2024-01-01 10:00+", "today"})
    EXPECT_FALSE(date_in(none)) << none;
  EXPECT_EQ(date_text(std::nan("")), "");
}

TEST(Dates, PartsOfADate) {
  const auto days = torch::tensor({0.0, -0.5, 19782.75, std::nan(""), 1e300}, torch::kFloat64);
  const auto part = [&](DatePart which) { return part_of(days, which).slice(0, 0, 3); };
  EXPECT_TRUE(torch::equal(part(DatePart::month), torch::tensor({1., 12., 2.}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(part(DatePart::weekday), torch::tensor({3., 2., 3.}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(part(DatePart::hour), torch::tensor({0., 12., 18.}, torch::kFloat64)));
  for (const auto which : date_parts) EXPECT_TRUE(part_of(days, which)[3].isnan().item<bool>());
  EXPECT_TRUE(part_of(days, DatePart::month)[4].isnan().item<bool>());
}

TEST(Frame, TakesRowsByNumber) {
  const auto table = frame_of({{{"a", 1.0}, {"b", "x"}}, {{"a", 2.0}, {"b", "y"}}, {{"a", 3.0}}});
  const auto taken = take_rows(table, torch::tensor({2, 0}, torch::kInt64));
  EXPECT_TRUE(torch::equal(taken.at("a").numbers, torch::tensor({3., 1.}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(taken.at("b").codes, torch::tensor({-1, 0}, torch::kInt64)));
}
