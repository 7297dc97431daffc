// Stages that run at the same time.
#include "reszoo/base/pipeline.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Returns 0, 1, … `last`, then nothing; throws after `fails_after`.
std::function<std::optional<int>()> numbers(int last, int fails_after = -1) {
  return [=, next = 0]() mutable -> std::optional<int> {
    if (fails_after >= 0 && next > fails_after) fail(ErrorKind::input, "row {}: is bad", next);
    return next <= last ? std::optional(next++) : std::nullopt;
  };
}

class Pipeline : public testing::TestWithParam<size_t> {};

}  // namespace

TEST_P(Pipeline, ItemsComeInTheirOrder) {
  Ahead<int> ahead(numbers(99), GetParam());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ahead.next(), i);
  EXPECT_FALSE(ahead.next());
  EXPECT_FALSE(ahead.next());
}

TEST_P(Pipeline, AnErrorComesAfterTheItemsBeforeIt) {
  Ahead<int> ahead(numbers(99, /*fails_after=*/2), GetParam());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ahead.next(), i);
  expect_error(ErrorKind::input, "row 3: is bad", [&] { ahead.next(); });
}

TEST_P(Pipeline, ItemsThatNobodyTakesAreFreed) {
  const auto item = std::make_shared<int>(1);
  {
    Ahead<std::shared_ptr<int>> ahead([&]() -> std::optional<std::shared_ptr<int>> { return item; }, GetParam());
    EXPECT_TRUE(ahead.next());
  }
  EXPECT_EQ(item.use_count(), 1);
}

TEST_P(Pipeline, TasksRunInTheirOrder) {
  std::vector<int> done;
  Behind behind(GetParam());
  for (int i = 0; i < 100; ++i) behind.add([&done, i] { done.push_back(i); });
  behind.finish();
  ASSERT_EQ(done.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(done[static_cast<size_t>(i)], i);
}

TEST_P(Pipeline, NoTaskRunsAfterOneThatFailed) {
  std::atomic<int> later = 0;
  Behind behind(GetParam());
  expect_error(ErrorKind::file, "disk: full", [&] {
    behind.add([] { fail(ErrorKind::file, "disk: full"); });
    for (int i = 0; i < 10; ++i) behind.add([&] { ++later; });
    behind.finish();
  });
  EXPECT_EQ(later, 0);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAThread, Pipeline, testing::Values(0, 1, 3));

TEST(SerialThread, RunsOperatorsOnOneThreadAndLeavesTheOthersAlone) {
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  int inside = 0;
  serial_thread([&] { inside = at::get_num_threads(); }).join();
  EXPECT_EQ(inside, 1);
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_EQ(std::async(std::launch::async, [] { return at::get_num_threads(); }).get(), 3);
  at::set_num_threads(before);
}
