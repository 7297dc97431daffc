// What fit_best trains next, and on what it compares candidates.
#include "recipes/best_plan.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace reszoo;
using namespace reszoo::detail;

namespace {

/// Runs a plan: each training takes as long as `seconds` says, at most its slice. Returns the trainings in order, and
/// how much time is used.
struct PlannedRun {
  std::vector<Tried> tried;
  std::vector<std::pair<size_t, size_t>> fits;
  double used = 0;

  PlannedRun(const BestPlan& plan, const std::function<double(size_t)>& seconds) {
    while (const auto next = plan.next(tried, used)) {
      if (fits.size() > 1000) throw std::runtime_error("the plan does not end");
      if (next->candidate == tried.size())
        tried.push_back({0, std::fmod(static_cast<double>(next->candidate) * 0.618, 1.0), 0});
      auto& one = tried[next->candidate];
      EXPECT_EQ(one.folds, next->fold);
      const double took = std::min(seconds(next->candidate), plan.slice(used));
      one = {one.folds + 1, one.value, std::max(one.seconds, took)};
      used += took;
      fits.emplace_back(next->candidate, next->fold);
    }
  }
};

}  // namespace

TEST(BestPlan, SearchesHalfOfTheTimeAndThenTrainsTheBestOnAllFolds) {
  const BestPlan plan{.folds = 8, .time_limit = 100};
  const PlannedRun run(plan, [](size_t) { return 1.0; });
  EXPECT_NEAR(run.used, 100, 1);
  EXPECT_EQ(run.fits[0], std::pair(size_t{0}, size_t{0}));
  EXPECT_EQ(run.fits[49].second, 0u);
  EXPECT_EQ(run.fits[50].second, 1u);
  const auto order = best_first(run.tried, plan.monitor);
  for (size_t rank = 0; rank < kBagged; ++rank) EXPECT_EQ(run.tried[order[rank]].folds, 8u);
  EXPECT_EQ(plan.common_folds(run.tried), 8u);
}

TEST(BestPlan, WithLittleTimeTrainsOnlyTheRecipeItself) {
  const BestPlan plan{.folds = 8, .time_limit = 100};
  const PlannedRun run(plan, [](size_t) { return 1000.0; });
  EXPECT_EQ(run.fits.size(), 5u);
  EXPECT_EQ(run.tried.size(), 1u);
  EXPECT_NEAR(run.used, 100, 1e-9);
  EXPECT_EQ(plan.common_folds(run.tried), 5u);
}

TEST(BestPlan, NeverExceedsItsTimeNorWastesMuchOfIt) {
  for (const double length : {0.7, 3.0, 11.0, 17.0, 19.9, 30.0}) {
    const BestPlan plan{.folds = 8, .time_limit = 100};
    const PlannedRun run(plan, [&](size_t candidate) { return length * (1 + static_cast<double>(candidate % 3)); });
    EXPECT_LE(run.used, 100 + 1e-9) << length;
    EXPECT_GE(run.used, 88) << length;
  }
}

TEST(BestPlan, LeavesTheReserve) {
  const BestPlan plan{.folds = 8, .time_limit = 100, .reserve = 20};
  EXPECT_LE(PlannedRun(plan, [](size_t) { return 3.0; }).used, 80);
  EXPECT_NEAR(PlannedRun(plan, [](size_t) { return 1000.0; }).used, 80, 1e-9);
}

TEST(BestPlan, WithASingleFoldGoesOnSearching) {
  const BestPlan plan{.folds = 1, .time_limit = 20};
  const PlannedRun run(plan, [](size_t) { return 1.0; });
  EXPECT_EQ(run.tried.size(), run.fits.size());
  EXPECT_EQ(plan.common_folds(run.tried), 1u);
}

TEST(BestPlan, LeavesOutCandidatesThatFailed) {
  const BestPlan plan{.folds = 2, .time_limit = 100};
  const std::vector<Tried> tried{{1, 0.5, 1}, {0, std::nan(""), 1}, {1, 0.2, 1}};
  EXPECT_EQ(best_first(tried, plan.monitor), (std::vector<size_t>{2, 0, 1}));
  const auto next = plan.next(tried, 60);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->candidate, 2u);
  EXPECT_EQ(next->fold, 1u);
}

TEST(BestPlan, AStartNeedsNoTime) {
  const BestPlan plan{.folds = 4, .time_limit = 1};
  EXPECT_TRUE(plan.next({}, 5));
  EXPECT_FALSE(plan.next({{1, 0.5, 3}}, 5));
}
