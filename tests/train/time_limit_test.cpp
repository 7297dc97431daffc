// Runs with a time limit: an injected clock gives each step a second.
#include "small_run.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A run of 7 steps an epoch.
struct LimitedRun {
  double now = 0;
  std::vector<double> rates;
  std::vector<std::string> warnings;
  TrainerHooks hooks;

  LimitedRun() {
    hooks.clock = [this] { return now; };
    hooks.on_step = [this](const Progress& progress) { rates.push_back(progress.lr); };
    hooks.on_warning = [this](const std::string& line) { warnings.push_back(line); };
    hooks.stop_requested = [this] { return ++now, false; };
  }
  TrainResult fit(const TrainerOptions& options) {
    return Trainer(small_net(), squared_error, by_rmse(), options, hooks).fit(small_data(), small_data(20));
  }
};

TrainerOptions limited_options(double limit, const std::filesystem::path& out = {}) {
  auto options = small_options(out);
  options.epochs = 1000;
  options.schedule = {};
  options.time_limit = limit;
  return options;
}

}  // namespace

TEST(TimeLimit, EndsTheRunInTimeWithTheRateFallenAndTheBestEpochKept) {
  LimitedRun run;
  const auto result = run.fit(limited_options(60));
  EXPECT_GE(run.now, 58);
  EXPECT_LE(run.now, 61);
  EXPECT_EQ(run.rates.front(), 1e-2);
  EXPECT_EQ(run.rates[30], 1e-2);  // constant at first
  EXPECT_LT(run.rates.back(), 1e-3);
  EXPECT_EQ(result.history.back().step, std::ssize(run.rates));
  EXPECT_GT(result.best_epoch, 0);
  EXPECT_TRUE(run.warnings.empty());
}

TEST(TimeLimit, LeavesTimeForPredictionsAfterTraining) {
  LimitedRun run;
  auto evaluation = by_rmse();
  evaluation.metrics = [&run, metrics = evaluation.metrics](const Tensor& outputs, const Tensor& targets) {
    run.now += 2;  // for 20 rows
    return metrics(outputs, targets);
  };
  auto options = limited_options(60);
  options.rows_after = 100;
  Trainer(small_net(), squared_error, evaluation, options, run.hooks).fit(small_data(), small_data(20));
  EXPECT_GE(run.now, 45);
  EXPECT_LE(run.now, 51);
  options.rows_after = -1;
  expect_error(ErrorKind::usage, "rows_after", [&] { LimitedRun().fit(options); });
}

TEST(TimeLimit, CompressesAScheduleToTheTime) {
  LimitedRun run;
  auto options = limited_options(60);
  options.schedule = Schedule::parse("cosine");
  run.fit(options);
  EXPECT_LT(run.rates.back(), 1e-4);
  EXPECT_NEAR(run.rates[30], 5e-3, 5e-4);
}

TEST(TimeLimit, LeavesARunThatEndsBeforeAsItIs) {
  LimitedRun limited, plain;
  auto options = limited_options(1e6);
  options.epochs = 3;
  options.schedule = Schedule::parse("cosine");
  const auto a = limited.fit(options);
  options.time_limit = 0;
  const auto b = plain.fit(options);
  EXPECT_EQ(limited.rates, plain.rates);
  EXPECT_EQ(a.best_metrics, b.best_metrics);
}

TEST(TimeLimit, OfLessThanAnEpochEndsWithWhatThereIsAndALine) {
  LimitedRun run;
  const auto result = run.fit(limited_options(3));
  EXPECT_EQ(result.best_epoch, 1);
  EXPECT_LE(run.now, 4);
  ASSERT_EQ(run.warnings.size(), 1u);
  EXPECT_NE(run.warnings[0].find("the time limit of 3s ended the first epoch after"), std::string::npos)
      << run.warnings[0];
  EXPECT_NE(run.warnings[0].find("of 7 steps"), std::string::npos) << run.warnings[0];
}

TEST(TimeLimit, CountsTheTimeBeforeAResume) {
  const TempDir folder;
  LimitedRun first;
  first.hooks.stop_requested = [&] { return ++first.now >= 20; };
  EXPECT_EQ(first.fit(limited_options(60, folder.path())).outcome, Outcome::stopped);
  LimitedRun rest;
  auto options = limited_options(60, folder.path());
  options.resume = true;
  rest.fit(options);
  EXPECT_NEAR(rest.now, 40, 3);
  EXPECT_LT(rest.rates.back(), 1e-3);
  LimitedRun none;  // no time is left
  none.fit(options);
  EXPECT_EQ(none.now, 0);
  LimitedRun more;
  options.time_limit = 90;
  more.fit(options);
  EXPECT_NEAR(more.now, 30, 3);
}

TEST(TimeLimit, BelowZeroIsRefused) {
  expect_error(ErrorKind::usage, "time_limit", [] { LimitedRun().fit(limited_options(-1)); });
}
