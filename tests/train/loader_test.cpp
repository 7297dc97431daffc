// Loading of inputs in threads: the same result for any number of threads, in order, and with damaged files.
#include <torch/types.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "reszoo/train/dataset.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// Row i is filled with i, plus a random number if `random` is given; some rows take longer.
Examples numbered(int64_t count, std::vector<int64_t> shape = {2, 3, 3}) {
  return {.count = count, .shape = shape, .write = [](int64_t row, Random* random, float* to) {
            if (row % 7 == 3) std::this_thread::sleep_for(std::chrono::microseconds(300));
            for (int i = 0; i < 18; ++i)
              to[i] = static_cast<float>(row) + (random ? static_cast<float>(random->uniform()) : 0);
          }};
}

Dataset loaded(int64_t workers, int64_t count = 45) {
  return {numbered(count), torch::arange(count), {.workers = workers, .prefetch = 3}};
}

Tensor all_inputs(Dataset::Loader pass) {
  std::vector<Tensor> inputs;
  for (const auto& batch : pass) inputs.push_back(batch.inputs);
  return torch::cat(inputs);
}

/// Rows whose index ends in 4 are bad.
Examples with_bad(int64_t count) {
  auto examples = numbered(count);
  examples.write = [write = examples.write](int64_t row, Random* random, float* to) {
    if (row % 10 == 4) fail(ErrorKind::file, "file-{}: damaged", row);
    write(row, random, to);
  };
  return examples;
}

}  // namespace

TEST(Loader, GivesTheSameForAnyNumberOfThreads) {
  const auto alone = loaded(0);
  const auto expected = all_inputs(alone.shuffled(8, 5, 2));
  for (const int64_t workers : {1, 2, 8}) {
    const auto data = loaded(workers);
    EXPECT_TRUE(torch::equal(all_inputs(data.shuffled(8, 5, 2)), expected)) << workers;
  }
}

TEST(Loader, ChoicesFollowFromSeedEpochAndRow) {
  const auto data = loaded(2);
  const auto by_row = [&](Dataset::Loader pass) {
    std::vector<Tensor> inputs, targets;
    for (const auto& batch : pass) {
      inputs.push_back(batch.inputs);
      targets.push_back(batch.targets);
    }
    return torch::cat(inputs).index_select(0, torch::cat(targets).argsort());
  };
  const auto first = by_row(data.shuffled(8, 5, 2));
  EXPECT_TRUE(torch::equal(first, by_row(data.shuffled(11, 5, 2))));  // in different batches
  EXPECT_FALSE(torch::equal(first, by_row(data.shuffled(8, 5, 3))));
  EXPECT_FALSE(torch::equal(first, by_row(data.shuffled(8, 6, 2))));
}

TEST(Loader, ImagesComeChannelsFirstByPixels) {
  auto pass = loaded(1).sequential(4);
  pass.next();
  const auto batch = pass.next().value();
  EXPECT_EQ(batch.inputs.sizes(), (std::vector<int64_t>{4, 2, 3, 3}));
  EXPECT_TRUE(batch.inputs.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(torch::equal(batch.inputs.select(1, 0).select(1, 0).select(1, 0), torch::arange(4, 8).to(torch::kFloat)));
  EXPECT_TRUE(torch::equal(batch.targets, torch::arange(4, 8)));
}

TEST(Loader, MemoryIsUsedAgainOnceNobodyHoldsIt) {
  const auto expected = all_inputs(loaded(0, 400).sequential(8)).split(8);
  const auto data = loaded(2, 400);
  auto pass = data.sequential(8);
  std::set<const void*> places;
  std::vector<Tensor> held;
  for (int64_t i = 0; i < pass.size(); ++i) {
    const auto inputs = pass.next()->inputs;
    places.insert(inputs.const_data_ptr());
    EXPECT_TRUE(torch::equal(inputs, expected[i])) << i;
    if (i % 10 == 0) held.push_back(inputs.select(1, 0));  // a view also holds the memory
  }
  EXPECT_LT(places.size(), 20u);  // of 50 batches
  for (size_t i = 0; i < held.size(); ++i) EXPECT_TRUE(torch::equal(held[i], expected[10 * i].select(1, 0))) << i;
}

TEST(Loader, APassCanBeginWithAnyBatch) {
  const auto data = loaded(2);
  std::vector<Tensor> expected;
  for (const auto& batch : data.shuffled(8, 1, 0)) expected.push_back(batch.inputs);
  for (const int64_t first : {3, 4, 1, 5, 5}) {
    auto part = data.shuffled(8, 1, 0, first);
    for (auto i = static_cast<size_t>(first); i < expected.size(); ++i)
      EXPECT_TRUE(torch::equal(part.next()->inputs, expected[i])) << first << " " << i;
    EXPECT_FALSE(part.next());
  }
}

TEST(Loader, BadRowsAreNamedOnceAndLeftOut) {
  std::vector<int64_t> told;
  Dataset data(with_bad(45), torch::arange(45),
               {.workers = 2, .bad_limit = 5, .on_bad = [&](int64_t row, const std::string& why) {
                  told.push_back(row);
                  EXPECT_EQ(why, fmt::format("file-{}: damaged", row));
                }});
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<Tensor> rows;
    for (const auto& batch : data.sequential(9)) {
      EXPECT_TRUE(torch::equal(batch.inputs.flatten(1).select(1, 0), batch.targets.to(torch::kFloat)));
      EXPECT_TRUE(torch::equal(batch.rows, batch.targets));
      rows.push_back(batch.targets);
    }
    const auto seen = torch::cat(rows);
    EXPECT_EQ(seen.numel(), 40);
    EXPECT_FALSE(seen.remainder(10).eq(4).any().item<bool>());
  }
  EXPECT_EQ(told, (std::vector<int64_t>{4, 14, 24, 34, 44}));
}

TEST(Loader, ABadRowTooManyIsAnError) {
  const auto read = [](int64_t limit) {
    const Dataset data(with_bad(45), torch::arange(45), {.workers = 2, .bad_limit = limit});
    all_inputs(data.sequential(9));
  };
  expect_error(ErrorKind::file, "file-4: damaged", [&] { read(0); });
  expect_error(ErrorKind::file, "file-24: damaged; 3 files are bad, more than the limit of 2", [&] { read(2); });
}

TEST(Loader, OtherErrorsComeThrough) {
  Examples examples = numbered(20);
  examples.write = [](int64_t row, Random*, float*) {
    if (row == 11) throw std::runtime_error("no memory");
  };
  for (const int64_t workers : {0, 2}) {
    const Dataset data(examples, torch::arange(20), {.workers = workers});
    auto pass = data.sequential(5);
    EXPECT_NO_THROW(pass.next());
    EXPECT_NO_THROW(pass.next());
    EXPECT_THROW(pass.next(), std::runtime_error);
  }
}

TEST(Loader, NotMoreIsMadeAheadThanAllowed) {
  auto made = std::make_shared<std::atomic<int>>(0);
  Examples examples = numbered(100);
  examples.write = [made](int64_t, Random*, float*) { ++*made; };
  const Dataset data(examples, torch::arange(100), {.workers = 3, .prefetch = 2});
  auto pass = data.sequential(10);
  pass.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(*made, 30);
  EXPECT_GE(*made, 20);
}

TEST(Dataset, DrawnRowsAreAsFrequentAsTheirChances) {
  const auto classes = torch::cat({torch::zeros({900}), torch::ones({100})});
  const Dataset data(torch::arange(1000).unsqueeze(1), classes);
  const auto balanced = data.with_sampling_weights(torch::where(classes == 1, 9.0, 1.0));
  double ones = 0;
  for (int64_t epoch = 0; epoch < 5; ++epoch)
    ones += balanced.shuffled(1000, 3, epoch).next()->targets.mean().item<double>() / 5;
  EXPECT_NEAR(ones, 0.5, 0.03);
  EXPECT_TRUE(torch::equal(balanced.shuffled(1000, 3, 1).next()->inputs, balanced.shuffled(1000, 3, 1).next()->inputs));
  EXPECT_TRUE(torch::equal(balanced.sequential(1000).next()->inputs, data.inputs()));
  expect_error(ErrorKind::input, "chances must be (1000)", [&] { data.with_sampling_weights(torch::ones({3})); });
  expect_error(ErrorKind::input, "chances must be", [&] { data.with_sampling_weights(torch::zeros({1000})); });
}
