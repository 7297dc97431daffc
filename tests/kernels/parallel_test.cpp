// The distribution of work among threads.
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "kernels/parallel_ranges.h"

using namespace reszoo::kernels;

TEST(ParallelTasks, EachTaskRunsOnce) {
  for (const int64_t threads : {1, 2, 3, 8})
    for (const int64_t tasks : {0, 1, 2, 7, 64}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(tasks));
      parallel_tasks(threads, tasks, [&](int64_t thread, int64_t task) {
        EXPECT_LT(thread, threads);
        ++runs[static_cast<size_t>(task)];
      });
      for (const auto& count : runs) EXPECT_EQ(count, 1) << threads << " threads, " << tasks << " tasks";
    }
}
