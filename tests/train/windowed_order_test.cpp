// The random order of an epoch by windows.
#include "train/windowed_order.h"

#include <torch/types.h>

#include "reszoo/base/spilled.h"
#include "reszoo/train/dataset.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::detail::WindowedOrder;
using reszoo::test::expect_error;

namespace {

Tensor whole_order(int64_t rows, int64_t window, int64_t block, uint64_t seed = 3, int64_t epoch = 1) {
  return WindowedOrder(rows, window, seed, epoch, {}, block).rows(0, rows);
}

Dataset counted_rows(const Tensor& inputs, int64_t window) {
  return Dataset(inputs, torch::arange(inputs.size(0))).with_shuffle_window(window);
}

}  // namespace

TEST(WindowedOrder, IsAPermutationOfAllRows) {
  for (const auto& [rows, window, block] : std::vector<std::array<int64_t, 3>>{
           {1000, 100, 10}, {1003, 100, 10}, {997, 96, 16}, {1000, 999, 10}, {7, 3, 100}, {100, 1, 4}, {11, 10, 10}}) {
    const auto order = whole_order(rows, window, block);
    EXPECT_TRUE(torch::equal(std::get<0>(order.sort()), torch::arange(rows))) << rows << " " << window << " " << block;
  }
}

TEST(WindowedOrder, AWindowHasWholeBlocksInRandomOrder) {
  const auto order = whole_order(1000, 100, 10);
  const auto first = order.narrow(0, 0, 100);
  const auto blocks = std::get<0>(at::_unique2(first.div(10, "floor")));
  EXPECT_EQ(blocks.size(0), 10);                                        // whole blocks
  EXPECT_GT((blocks.diff() > 1).sum().item<int64_t>(), 5);              // from all over the table
  EXPECT_GT((first.diff().abs() > 10).sum().item<int64_t>(), 50);       // shuffled
  EXPECT_FALSE(torch::equal(order, whole_order(1000, 100, 10, 3, 2)));  // another epoch
  EXPECT_FALSE(torch::equal(order, whole_order(1000, 100, 10, 4, 1)));  // another seed
}

TEST(WindowedOrder, AnyPlaceGivesWhatTheWholeOrderHas) {
  constexpr int64_t rows = 1003;
  const auto order = whole_order(rows, 100, 10);
  for (int64_t first = 0; first < rows; first += 13) {
    const auto count = std::min<int64_t>(rows - first, 37);
    EXPECT_TRUE(torch::equal(WindowedOrder(rows, 100, 3, 1, {}, 10).rows(first, count), order.narrow(0, first, count)));
  }
}

TEST(ShuffleWindow, IsThePermutationOfAllRowsIfTheyFit) {
  const auto inputs = torch::arange(60, torch::kFloat).view({20, 3});
  auto pass = counted_rows(inputs, 20).shuffled(20, 5, 2);
  EXPECT_TRUE(torch::equal(pass.next()->rows, epoch_order(20, 5, 2)));
  auto windowed = counted_rows(inputs, 19).shuffled(20, 5, 2);
  EXPECT_FALSE(torch::equal(windowed.next()->rows, epoch_order(20, 5, 2)));
  expect_error(ErrorKind::usage, "at least 0, got -1", [&] { counted_rows(inputs, -1); });
}

TEST(ShuffleWindow, BatchesOfAMappedFileAreThoseInMemoryFromAnyBatchOn) {
  const auto memory = torch::arange(3 * 1000, torch::kFloat).view({1000, 3});
  const auto mapped = room_for({1000, 3}, torch::kFloat, 0);
  mapped.copy_(memory);
  std::vector<Batch> all;
  for (const auto& batch : counted_rows(memory, 100).shuffled(64, 5, 2)) all.push_back(batch);
  EXPECT_EQ(all.size(), 16u);
  for (size_t first = 0; first < all.size(); ++first) {
    auto pass = counted_rows(mapped, 100).shuffled(64, 5, 2, static_cast<int64_t>(first));
    for (auto i = first; i < all.size(); ++i) {
      const auto batch = pass.next();
      EXPECT_TRUE(torch::equal(batch->inputs, all[i].inputs) && torch::equal(batch->targets, all[i].targets));
      EXPECT_TRUE(torch::equal(batch->targets, batch->rows));
    }
    EXPECT_FALSE(pass.next());
  }
}
