// The distribution of work among threads.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "kernels/parallel_ranges.h"
#include "kernels/team.h"

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

TEST(Team, RunsEachTaskOfEachLoopOnce) {
  for (const int64_t threads : {1, 2, 3})
    with_team(threads, [&] {
      for (int64_t loop = 0; loop < 2000; ++loop) {
        const auto tasks = loop % 9;
        std::vector<std::atomic<int>> runs(static_cast<size_t>(tasks));
        parallel_tasks(threads, tasks, [&](int64_t thread, int64_t task) {
          EXPECT_LT(thread, threads);
          parallel_tasks(threads, 2, [&](int64_t, int64_t) { ++runs[static_cast<size_t>(task)]; });  // a loop inside
        });
        for (const auto& count : runs) ASSERT_EQ(count, 2) << threads << " threads, loop " << loop;
      }
    });
}

TEST(Team, PassesAnErrorOnAndGoesOn) {
  for (const int64_t failing : {0, 7})
    with_team(2, [&] {
      EXPECT_THROW(parallel_tasks(2, 8,
                                  [&](int64_t, int64_t task) {
                                    if (task == failing) throw std::runtime_error("a task");
                                  }),
                   std::runtime_error);
      std::atomic<int> count{0};
      parallel_tasks(2, 8, [&](int64_t, int64_t) { ++count; });
      EXPECT_EQ(count, 8);
    });
  EXPECT_THROW(with_team(2, [] { throw std::runtime_error("the work"); }), std::runtime_error);
}
