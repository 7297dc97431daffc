// Tables in memory.
#include "reszoo/preprocess/frame.h"

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

TEST(Frame, TakesRowsByNumber) {
  const auto table = frame_of({{{"a", 1.0}, {"b", "x"}}, {{"a", 2.0}, {"b", "y"}}, {{"a", 3.0}}});
  const auto taken = take_rows(table, torch::tensor({2, 0}, torch::kInt64));
  EXPECT_TRUE(torch::equal(taken.at("a").numbers, torch::tensor({3., 1.}, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(taken.at("b").codes, torch::tensor({-1, 0}, torch::kInt64)));
}

TEST(Frame, IntegersKeepTheirDigits) {
  const auto table =
      frame_of({{{"id", int64_t{1000000000000000001}}}, {{"id", uint64_t{18446744073709551615U}}}, {{"id", 7}}});
  EXPECT_EQ(table.at("id").words, (std::vector<std::string>{"1000000000000000001", "18446744073709551615", "7"}));
  EXPECT_EQ(frame_of({{{"id", int64_t{1} << 53}}}).at("id").kind, Column::Kind::number);
}

TEST(Frame, PartsOfNumbersAndOfDigitsJoinAsText) {
  const Frame numbers{{Column::of_numbers("a", {1, 2.5})}},
      digits{{Column::of_text("a", {"1000000000000000001", "2.5"})}};
  EXPECT_EQ(concat({numbers, digits}).at("a").words, (std::vector<std::string>{"1", "2.5", "1000000000000000001"}));
  expect_error_parts(ErrorKind::input, {"\"a\"", "text in one table"}, [&] {
    concat({numbers, Frame{{Column::of_text("a", {"x"})}}});
  });
}
