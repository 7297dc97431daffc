// Dividing tensors in memory into batches.
#include "reszoo/train/dataset.h"

#include <torch/types.h>

#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// Row i has the value i in inputs and targets.
Dataset counted(int64_t rows) {
  const auto numbers = torch::arange(rows, torch::kFloat);
  return {numbers.unsqueeze(1).repeat({1, 3}), numbers};
}

std::vector<int64_t> sizes(const Dataset& data, int64_t batch_size) {
  std::vector<int64_t> sizes;
  for (const auto& batch : data.sequential(batch_size)) sizes.push_back(batch.inputs.size(0));
  return sizes;
}

Tensor rows_of(Dataset::Loader pass) {
  std::vector<Tensor> rows;
  for (const auto& batch : pass) rows.push_back(batch.targets);
  return torch::cat(rows);
}

}  // namespace

TEST(Dataset, ALastBatchOfOneRowIsMergedIntoTheOneBefore) {
  using Sizes = std::vector<int64_t>;
  EXPECT_EQ(sizes(counted(8), 4), (Sizes{4, 4}));
  EXPECT_EQ(sizes(counted(9), 4), (Sizes{4, 5}));
  EXPECT_EQ(sizes(counted(10), 4), (Sizes{4, 4, 2}));
  EXPECT_EQ(sizes(counted(1), 4), (Sizes{1}));
  EXPECT_EQ(sizes(counted(5), 4), (Sizes{5}));
  EXPECT_EQ(sizes(counted(3), 1), (Sizes{1, 1, 1}));
}

TEST(Dataset, ShuffledPassSeesEveryRowOnceAndKeepsRowsTogether) {
  const auto data = counted(101);
  const auto rows = rows_of(data.shuffled(10, 7, 0));
  EXPECT_TRUE(torch::equal(std::get<0>(rows.sort()), data.targets()));
  EXPECT_FALSE(torch::equal(rows, data.targets()));
  const auto fourth = data.shuffled(10, 7, 0, 3).next();
  EXPECT_TRUE(torch::equal(fourth->inputs.select(1, 2), fourth->targets));
  EXPECT_TRUE(torch::equal(fourth->targets, rows.slice(0, 30, 40)));
}

TEST(Dataset, APassEndsAfterItsLastBatchAndKeepsTheDataAlive) {
  auto pass = counted(5).sequential(3);
  EXPECT_EQ(pass.size(), 2);
  EXPECT_EQ(pass.next()->targets.numel(), 3);
  EXPECT_EQ(pass.next()->targets.numel(), 2);
  EXPECT_FALSE(pass.next());
  EXPECT_FALSE(pass.next());
  EXPECT_TRUE(pass.begin() == pass.end());
  EXPECT_FALSE(counted(5).shuffled(3, 0, 0, 2).next());
}

TEST(Dataset, SayWhichRowsTheyHave) {
  const auto data = counted(7);
  auto shuffled = data.shuffled(3, 1, 0), sequential = data.sequential(3);
  for (auto* pass : {&shuffled, &sequential})
    for (const auto& batch : *pass)
      EXPECT_TRUE(torch::equal(data.targets().index_select(0, batch.rows), batch.targets));
}

TEST(Dataset, OrderDependsOnSeedAndEpochAlone) {
  torch::manual_seed(1);
  const auto order = epoch_order(50, 3, 4);
  torch::manual_seed(2);
  torch::rand({100});
  EXPECT_TRUE(torch::equal(order, epoch_order(50, 3, 4)));
  EXPECT_FALSE(torch::equal(order, epoch_order(50, 3, 5)));
  EXPECT_FALSE(torch::equal(order, epoch_order(50, 4, 4)));
  EXPECT_FALSE(torch::equal(order, epoch_order(50, 4, 3)));
}

TEST(Dataset, ShufflingDrawsNothingFromTheDefaultGenerator) {
  torch::manual_seed(5);
  const auto expected = torch::rand({4});
  torch::manual_seed(5);
  epoch_order(1000, 1, 1);
  EXPECT_TRUE(torch::equal(torch::rand({4}), expected));
}

TEST(Dataset, PrepareSeesRawBatchesOnly) {
  const auto images = torch::arange(4 * 2 * 2, torch::kUInt8).view({4, 1, 2, 2});
  const Dataset data(images, torch::zeros({4}), [](const Tensor& raw) {
    EXPECT_EQ(raw.size(0), 2);
    return raw.to(torch::kFloat) / 255;
  });
  auto pass = data.sequential(2);
  pass.next();
  EXPECT_TRUE(torch::equal(pass.next()->inputs, images.slice(0, 2).to(torch::kFloat) / 255));
}

TEST(Dataset, RowsThatDoNotMatchAreRefused) {
  expect_error(ErrorKind::input, "got (3, 2) and (4)", [] { Dataset(torch::zeros({3, 2}), torch::zeros({4})); });
  expect_error(ErrorKind::input, "at least one", [] { Dataset(torch::zeros({0, 2}), torch::zeros({0})); });
  expect_error(ErrorKind::usage, "batch_size must be at least 1, got 0", [] { counted(3).sequential(0); });
  expect_error(ErrorKind::usage, "a pass of 1 batches cannot begin with number 2",
               [] { counted(3).shuffled(4, 0, 0, 2); });
}
