// Some rows of a table without a copy of it: as if they were a table of their own.
#include "reszoo/preprocess/frame_rows.h"

#include <torch/types.h>

#include "reszoo/base/spilled.h"
#include "reszoo/preprocess/table_preprocess.h"
#include "support/support.h"

using namespace reszoo;

namespace {

/// Numbers with gaps, a date, numbers in text, two categories and a target.
Frame mixed_table(int64_t rows) {
  const auto places = torch::arange(rows, torch::kFloat64);
  Frame table;
  const auto gaps = (places * 0.37).sin().masked_fill(places.remainder(11) == 3, NAN);
  table.columns.push_back({.name = "gaps", .numbers = gaps});
  table.columns.push_back({.name = "day", .numbers = (places * 7919).remainder(900), .date = true, .whole_days = true});
  std::vector<std::string> prices, colours;
  for (int64_t i = 0; i < rows; ++i) {
    prices.push_back(i % 13 == 0 ? "n.a." : fmt::format("{},5", i % 97));
    colours.push_back(i % 5 == 0 ? "" : i % 3 == 0 ? "red" : "blue");
  }
  table.columns.push_back(Column::of_text("price", prices));
  table.columns.push_back(Column::of_text("colour", colours));
  table.columns.push_back({.name = "y", .numbers = places.remainder(17)});
  table.notation.missing = {"n.a."};
  return table;
}

}  // namespace

TEST(FrameRows, AreFittedAndTransformedLikeATableOfTheirOwn) {
  auto table = mixed_table(20'000);  // several blocks
  const auto rows = torch::arange(0, 20'000, 2, torch::kInt64);
  const auto copy = take_rows(table, rows);
  for (const bool spilled : {false, true}) {
    if (spilled) table.columns[0].numbers = spilled_like(spilled_empty({1}, torch::kFloat64), table.columns[0].numbers);
    const FrameRows some(table, rows);
    const auto fitted = TablePreprocess::fit(some, "y"), wanted = TablePreprocess::fit(copy, "y");
    EXPECT_EQ(fitted.to_json(), wanted.to_json());
    EXPECT_EQ(fitted.notes(), wanted.notes());
    EXPECT_TRUE(fitted.tensors().at("quantiles").equal(wanted.tensors().at("quantiles")));
    UnseenCounts unseen, wanted_unseen;
    EXPECT_TRUE(fitted.transform(some, &unseen).equal(wanted.transform(copy, &wanted_unseen)));
    EXPECT_EQ(unseen.json(), wanted_unseen.json());
    EXPECT_TRUE(fitted.transform(some).equal(fitted.transform(table).index_select(0, rows)));
  }
}

TEST(FrameRows, SomeOfSomeRows) {
  const auto table = mixed_table(100);
  const FrameRows all(table), odd(table, torch::arange(1, 100, 2, torch::kInt64));
  EXPECT_EQ(all.size(), 100);
  EXPECT_EQ(odd.size(), 50);
  const auto few = torch::tensor({3, 1}, torch::kInt64);
  EXPECT_TRUE(odd.some(few).column("y").numbers.equal(torch::tensor({7.0, 3.0}, torch::kFloat64)));
  EXPECT_TRUE(all.some(few).column("y").numbers.equal(torch::tensor({3.0, 1.0}, torch::kFloat64)));
  EXPECT_EQ(odd.frame({"y"}).columns.size(), 1u);
  EXPECT_EQ(odd.head().notation.missing, table.notation.missing);
}
