// Large tensors in blocks of rows.
#include "reszoo/base/blocks.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <atomic>

#include "reszoo/base/spilled.h"

using namespace reszoo;

TEST(Blocks, CoverEveryRowOnceAndCallBehind) {
  for (const int64_t rows : {0, 1, 9, 10, 11, 57}) {
    auto seen = torch::zeros({rows}, torch::kInt64);
    std::atomic<int64_t> behind = 0;
    for_blocks(
        rows,
        [&](int64_t begin, int64_t count) {
          EXPECT_LE(count, 10);
          seen.narrow(0, begin, count) += 1;
        },
        [&] { ++behind; }, /*block=*/10);
    EXPECT_TRUE(seen.eq(1).all().item<bool>());
    EXPECT_EQ(behind > 0, rows > 0);
  }
}

TEST(Blocks, FindTheFirstRowAndCountAll) {
  const auto rows = 2 * kBlockRows + 5;
  auto values = torch::zeros({rows}, torch::kFloat64);
  const auto is_one = [](const Tensor& block) { return block == 1; };
  EXPECT_EQ(find_rows(values, is_one).first, -1);
  EXPECT_FALSE(has_row(values, is_one));
  values[rows - 1] = values[kBlockRows + 3] = 1;
  EXPECT_EQ(find_rows(values, is_one).first, kBlockRows + 3);
  EXPECT_EQ(find_rows(values, is_one).count, 2);
  EXPECT_TRUE(has_row(values, is_one));
  EXPECT_EQ(find_rows(torch::zeros({0}), is_one).count, 0);
}

TEST(Blocks, GiveTheSameInMemoryAndInAMappedFile) {
  const auto values = torch::arange(3 * 1000, torch::kFloat64).view({1000, 3});
  const auto rows = torch::arange(0, 1000, 7, torch::kInt64);
  const auto codes = torch::arange(1000, torch::kInt64) % 5 - 1;
  const auto words = torch::arange(5, torch::kFloat64);
  const auto halved = [](const Tensor& block) { return block / 2; };
  for (const int64_t most : {int64_t{0}, int64_t{1} << 20}) {
    const auto selected = selected_rows(values, rows, most);
    EXPECT_EQ(is_spilled(selected), most == 0);
    EXPECT_TRUE(selected.equal(values.index_select(0, rows)));
    const auto mapped = spilled_like(room_for({1}, torch::kFloat, 0), values);
    EXPECT_TRUE(selected_rows(mapped, rows, most).equal(selected));
    EXPECT_TRUE(looked_up(words, codes, most).equal(words.index({codes})));
    const auto floats = converted(values.select(1, 0), torch::kFloat, halved, most);
    EXPECT_TRUE(floats.equal((values.select(1, 0) / 2).to(torch::kFloat)));
  }
}
