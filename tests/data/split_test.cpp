// Splits of rows into training, validation and test sets.
#include "reszoo/data/split.h"

#include <torch/types.h>

#include <cmath>
#include <set>

#include "data/split_parts.h"
#include "reszoo/base/permutation.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

using Numbers = std::vector<int64_t>;

Numbers numbers(const Tensor& rows) {
  return {rows.const_data_ptr<int64_t>(), rows.const_data_ptr<int64_t>() + rows.numel()};
}

/// Expects ascending indices that together are 0 ... rows - 1.
void expect_all_rows(const std::vector<Tensor>& parts, int64_t rows) {
  Numbers all;
  for (const auto& part : parts) {
    const auto one = numbers(part);
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
    all.insert(all.end(), one.begin(), one.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(static_cast<int64_t>(all.size()), rows);
  for (int64_t i = 0; i < static_cast<int64_t>(all.size()); ++i) ASSERT_EQ(all[static_cast<size_t>(i)], i);
}

/// `count` rows of which one in ten is "rare", in 12 groups of different sizes.
Column classes(int64_t count) {
  std::vector<std::string> words;
  for (int64_t i = 0; i < count; ++i) words.push_back(i % 10 == 3 ? "rare" : i % 2 == 0 ? "a" : "b");
  return Column::of_text("class", words);
}

Column groups(int64_t count) {
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(std::floor(12 * std::pow(static_cast<double>(i) / static_cast<double>(count), 2)));
  return Column::of_numbers("group", values);
}

/// Unordered hours, every value twice.
Column hours(int64_t count) {
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i * 7 % count / 2));
  return Column::of_numbers("hour", values);
}

double share(const Tensor& rows, const Column& column, const std::string& word) {
  const auto text = as_text(take_rows(column, rows));
  const auto code = std::find(text.words.begin(), text.words.end(), word) - text.words.begin();
  return (text.codes == code).to(torch::kFloat64).mean().item<double>();
}

std::set<double> values(const Tensor& rows, const Column& column) {
  const auto taken = take_rows(column, rows).numbers.contiguous();
  return {taken.const_data_ptr<double>(), taken.const_data_ptr<double>() + taken.numel()};
}

bool overlap(const std::set<double>& a, const std::set<double>& b) {
  return std::any_of(a.begin(), a.end(), [&](double value) { return b.contains(value); });
}

}  // namespace

TEST(Split, RandomRowsAreAPermutationsOfTheSeedAlone) {
  const auto split = split_rows(103, 0.2, 0.1, {}, 5);
  EXPECT_EQ(split.test.numel(), 10);
  EXPECT_EQ(split.validation.numel(), 20);
  expect_all_rows({split.train, split.validation, split.test}, 103);
  const auto order = permutation(103, 5, -1);
  EXPECT_TRUE(torch::equal(split.test, std::get<0>(order.slice(0, 0, 10).sort())));
  EXPECT_TRUE(torch::equal(split.validation, std::get<0>(order.slice(0, 10, 30).sort())));
  EXPECT_FALSE(torch::equal(split.test, split_rows(103, 0.2, 0.1, {}, 6).test));
  EXPECT_EQ(split_rows(103, 0, 0, {}, 5).train.numel(), 103);
}

TEST(Split, StratifiedPartsHaveTheSharesOfTheWhole) {
  const auto column = classes(500);
  const auto split = split_rows(500, 0.1, 0.2, SplitRule::stratified(column), 1);
  EXPECT_EQ(split.validation.numel(), 50);
  EXPECT_EQ(split.test.numel(), 100);
  expect_all_rows({split.train, split.validation, split.test}, 500);
  for (const auto& part : {split.train, split.validation, split.test}) {
    EXPECT_NEAR(share(part, column, "rare"), 0.1, 0.021);
    EXPECT_NEAR(share(part, column, "a"), 0.5, 0.021);
  }
  EXPECT_FALSE(torch::equal(split.test, split_rows(500, 0.1, 0.2, SplitRule::stratified(column), 2).test));
}

TEST(Split, NoGroupIsInTwoParts) {
  const auto column = groups(400);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto split = split_rows(400, 0.2, 0.2, SplitRule::group(column), seed);
    expect_all_rows({split.train, split.validation, split.test}, 400);
    const auto train = values(split.train, column), validation = values(split.validation, column),
               test = values(split.test, column);
    EXPECT_FALSE(overlap(train, validation) || overlap(train, test) || overlap(validation, test));
    EXPECT_NEAR(static_cast<double>(split.test.numel()), 80, 40) << seed;
    EXPECT_NEAR(static_cast<double>(split.validation.numel()), 80, 40) << seed;
  }
}

TEST(Split, TheLastTimesTest) {
  const auto column = hours(200);
  const auto split = split_rows(200, 0.1, 0.25, SplitRule::time(column), 9);
  expect_all_rows({split.train, split.validation, split.test}, 200);
  const auto train = values(split.train, column), validation = values(split.validation, column),
             test = values(split.test, column);
  EXPECT_LT(*train.rbegin(), *validation.begin());
  EXPECT_LT(*validation.rbegin(), *test.begin());
  EXPECT_NEAR(static_cast<double>(split.test.numel()), 50, 1);
  EXPECT_NEAR(static_cast<double>(split.validation.numel()), 20, 2);
  // The seed has no effect, and text that spells dates is accepted as times.
  EXPECT_TRUE(torch::equal(split.test, split_rows(200, 0.1, 0.25, SplitRule::time(column), 10).test));
  const auto dates = SplitRule::time(Column::of_text("d", {"2024-03-01", "2023-01-01", "2024-01-01", "2022-01-01"}));
  EXPECT_EQ(numbers(split_rows(4, 0, 0.25, dates, 0).test), Numbers{0});
}

TEST(Split, PartsOfFewTimesAreWholeTimesAsNearAsPossible) {
  const auto sizes_of = [](const std::vector<int64_t>& days, double validation, double test) {
    std::vector<double> values;
    for (size_t day = 0; day < days.size(); ++day)
      values.insert(values.end(), static_cast<size_t>(days[day]), static_cast<double>(day));
    const auto rows = std::ssize(values);
    const auto split = split_rows(rows, validation, test, SplitRule::time(Column::of_numbers("day", values)), 0);
    expect_all_rows({split.train, split.validation, split.test}, rows);
    return Numbers{split.train.numel(), split.validation.numel(), split.test.numel()};
  };
  EXPECT_EQ(sizes_of({90, 90, 90}, 0.1, 0.2), (Numbers{90, 90, 90}));  // a day each
  EXPECT_EQ(sizes_of({90, 90}, 0, 0.01), (Numbers{90, 0, 90}));
  EXPECT_EQ(sizes_of({10, 5, 300}, 0.3, 0.3), (Numbers{10, 5, 300}));
  EXPECT_EQ(sizes_of({300, 5, 5, 10}, 0.02, 0.02), (Numbers{305, 5, 10}));
  EXPECT_EQ(sizes_of({1, 1, 1, 1}, 0.1, 0.1), (Numbers{2, 1, 1}));  // of a fraction below a row too
  EXPECT_EQ(sizes_of({2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, 0.1, 0.2), (Numbers{14, 2, 4}));
}

TEST(Split, EveryPartHasAGroupHoweverTheirSizesDiffer) {
  for (const auto& sizes :
       std::vector<Numbers>{{90, 90, 90}, {10, 500, 10}, {500, 10, 10}, {2, 1000, 1000}, {3, 3, 300, 2}})
    for (uint64_t seed = 0; seed < 10; ++seed) {
      std::vector<std::string> ids;
      for (size_t i = 0; i < sizes.size(); ++i)
        ids.insert(ids.end(), static_cast<size_t>(sizes[i]), "100000000000000000" + std::to_string(i));
      const auto rows = std::ssize(ids);
      const auto column = Column::of_text("id", ids);
      const auto split = split_rows(rows, 0.1, 0.2, SplitRule::group(column), seed);
      expect_all_rows({split.train, split.validation, split.test}, rows);
      for (const auto& part : {split.train, split.validation, split.test}) EXPECT_GT(part.numel(), 0);
      for (size_t i = 0; i < sizes.size(); ++i) {
        int64_t parts = 0;
        for (const auto& part : {split.train, split.validation, split.test})
          parts += share(part, column, column.words[i]) > 0;
        EXPECT_EQ(parts, 1) << column.words[i];
      }
    }
}

TEST(Split, NamesWhatCannotBe) {
  expect_error_parts(ErrorKind::usage, {"0.6", "0.5"}, [] { split_rows(10, 0.6, 0.5, {}, 0); });
  expect_error_parts(ErrorKind::input, {"1 rows are left"}, [] { split_rows(2, 0.5, 0, {}, 0); });
  expect_error_parts(ErrorKind::usage, {"3 rows", "has 4"}, [] {
    split_rows(4, 0, 0, SplitRule::group(Column::of_numbers("g", {1, 2, 3})), 0);
  });
  const auto gap = Column::of_numbers("g", {1, std::nan(""), 3});
  expect_error_parts(ErrorKind::input, {"group column \"g\"", "row 2"}, [&] { SplitRule::group(gap); });
  expect_error_parts(ErrorKind::input, {"time column \"g\"", "row 2"}, [&] { SplitRule::time(gap); });
  expect_error_parts(ErrorKind::input, {"\"g\"", "\"soon\" in row 1"},
                     [] { SplitRule::time(Column::of_text("g", {"soon"})); });
  const auto same = Column::of_numbers("g", {1, 1, 1, 1, 1, 1});
  expect_error_parts(ErrorKind::input, {"\"g\"", "3 parts", "got 1"},
                     [&] { split_rows(6, 0.2, 0.2, SplitRule::group(same), 0); });
  expect_error_parts(ErrorKind::input, {"\"g\"", "3 parts need 3 different times, got 1"},
                     [&] { split_rows(6, 0.2, 0.6, SplitRule::time(same), 0); });
  expect_error_parts(ErrorKind::input, {"1 rows are left"}, [] {
    split_rows(3, 0.1, 0.1, SplitRule::time(Column::of_numbers("g", {1, 2, 3})), 0);
  });
  const auto gaps = Column::of_text("g", {"", "2024-01-01", ""});
  expect_error_parts(ErrorKind::input, {"row 1 and 1 more", "give it one"}, [&] { SplitRule::time(gaps); });
  expect_error_parts(ErrorKind::input, {"dates", "\"unknown\" in row 3"}, [] {
    SplitRule::time(Column::of_text("t", {"2024-01-01", "2024-01-02", "unknown"}));
  });
  expect_error_parts(ErrorKind::input, {"numbers", "\"unknown\" in row 3"}, [] {
    SplitRule::time(Column::of_text("t", {"1", "2", "unknown"}));
  });
}

TEST(Folds, EveryRowIsHeldOutOnce) {
  for (const auto& rule : {SplitRule(), SplitRule::stratified(classes(103)), SplitRule::group(groups(103))}) {
    const auto all = folds(103, 5, rule, 3);
    ASSERT_EQ(all.size(), 5u);
    std::vector<Tensor> held;
    for (const auto& fold : all) {
      expect_all_rows({fold.train, fold.held_out}, 103);
      held.push_back(fold.held_out);
    }
    expect_all_rows(held, 103);
  }
}

TEST(Folds, KeepTheirRule) {
  const auto column = classes(500);
  for (const auto& fold : folds(500, 5, SplitRule::stratified(column), 0)) {
    EXPECT_EQ(fold.held_out.numel(), 100);
    EXPECT_NEAR(share(fold.held_out, column, "rare"), 0.1, 1e-9);
  }
  const auto group = groups(500);
  for (const auto& fold : folds(500, 4, SplitRule::group(group), 0)) {
    EXPECT_FALSE(overlap(values(fold.train, group), values(fold.held_out, group)));
    EXPECT_NEAR(static_cast<double>(fold.held_out.numel()), 125, 40);
  }
  const auto hour = hours(120);
  const auto all = folds(120, 3, SplitRule::time(hour), 0);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_LT(*values(all[i].train, hour).rbegin(), *values(all[i].held_out, hour).begin());
    EXPECT_EQ(all[i].train.numel(), static_cast<int64_t>(30 * (i + 1)));
  }
}

TEST(Folds, OfAsManyTimesAsThereAreHoldOutOneEach) {
  std::vector<double> days;
  for (const auto& [day, rows] : {std::pair(0, 5), std::pair(1, 50), std::pair(2, 2), std::pair(3, 2)})
    days.insert(days.end(), static_cast<size_t>(rows), day);
  const auto all = folds(std::ssize(days), 3, SplitRule::time(Column::of_numbers("day", days)), 0);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].held_out.numel(), 50);
  EXPECT_EQ(all[1].held_out.numel(), 2);
  EXPECT_EQ(all[2].train.numel(), 57);
}

TEST(Folds, NamesWhatCannotBe) {
  expect_error_parts(ErrorKind::usage, {"at least 2", "1"}, [] { folds(10, 1, {}, 0); });
  expect_error_parts(ErrorKind::input, {"5 folds need 10 rows, got 9"}, [] { folds(9, 5, {}, 0); });
  const auto two = Column::of_numbers("g", {1, 1, 1, 2, 2, 2});
  expect_error_parts(ErrorKind::input, {"\"g\"", "3 folds", "got 2"}, [&] { folds(6, 3, SplitRule::group(two), 0); });
  expect_error_parts(ErrorKind::input, {"\"g\"", "3 folds"}, [&] { folds(6, 3, SplitRule::time(two), 0); });
}

TEST(SplitInPassing, DrawsTheExactShareOfEveryKey) {
  const auto column = classes(2000);
  for (const auto& rule : {SplitRule(), SplitRule::stratified(column)}) {
    const auto split = reszoo::detail::split_in_passing(2000, 0.2, 0.1, rule, 5);
    expect_all_rows({split.train, split.validation, split.test}, 2000);
    EXPECT_EQ(split.test.size(0), 200);
    EXPECT_EQ(split.validation.size(0), 400);
    EXPECT_TRUE(torch::equal(split.test, reszoo::detail::split_in_passing(2000, 0.2, 0.1, rule, 5).test));
    EXPECT_FALSE(torch::equal(split.test, reszoo::detail::split_in_passing(2000, 0.2, 0.1, rule, 6).test));
    // From all over the table: the mean of 200 of 2000 numbers has a deviation of 39.
    EXPECT_NEAR(split.test.to(torch::kFloat64).mean().item<double>(), 1000, 160);
  }
  const auto split = reszoo::detail::split_in_passing(2000, 0.2, 0.1, SplitRule::stratified(column), 5);
  for (const auto& part : {split.train, split.validation, split.test})
    EXPECT_NEAR(share(part, column, "rare"), 0.1, 1e-9);
}
