// A run that is lengthened while the validation metric improves.
#include <gtest/gtest.h>

#include "reszoo/train/trainer.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Gives a metric of these values, one an epoch; the last one stays.
Evaluation metric_of(std::vector<double> values, bool greater_is_better = false) {
  auto epoch = std::make_shared<size_t>(0);
  return {.metrics =
              [=](const Tensor&, const Tensor&) {
                return Metrics{{"m", values[std::min((*epoch)++, values.size() - 1)]}};
              },
          .monitor = {"m", greater_is_better}};
}

/// Planned for 10 epochs, lengthened to 16: decided after 5, by what the last of them has improved.
TrainerOptions planned_options(const std::filesystem::path& out = {}) {
  auto options = small_options(out);
  options.planned_epochs = 10;
  options.epochs = 16;
  return options;
}

size_t length(const Evaluation& evaluation, const TrainerOptions& options = planned_options()) {
  return Trainer(small_net(), squared_error, evaluation, options).fit(small_data(), small_data(20)).history.size();
}

}  // namespace

TEST(RunLength, ARunThatImprovesHalfwayIsLengthened) {
  EXPECT_EQ(length(metric_of({1, 1, 1, 1, 0.98})), 16u);
  EXPECT_EQ(length(metric_of({1, 1, 1, 1, 0.98, 5})), 16u);
  EXPECT_EQ(length(metric_of({0.1, 0.1, 0.1, 0.1, 0.2}, true)), 16u);
  EXPECT_EQ(length(metric_of({1, 1, 1, 1, 0.995})), 10u);
  EXPECT_EQ(length(metric_of({1, 1, 1, 0.9, 0.9, 0.1})), 10u);
  EXPECT_EQ(length(metric_of({0.1, 0.1, 0.1, 0.1, 0.2})), 10u);
}

TEST(RunLength, ARunAsPlannedIsTheSameAsOneOfThisLength) {
  auto shorter = small_options();
  shorter.epochs = 10;
  auto one = small_net(), other = small_net();
  Trainer(one, squared_error, metric_of({1}), planned_options()).fit(small_data(), small_data(20));
  Trainer(other, squared_error, metric_of({1}), shorter).fit(small_data(), small_data(20));
  expect_same(state_of(*one), state_of(*other));
}

TEST(RunLength, WithoutValidationItIsAsPlanned) {
  EXPECT_EQ(Trainer(small_net(), squared_error, by_rmse(), planned_options()).fit(small_data()).history.size(), 10u);
}

TEST(RunLength, FewerEpochsThanPlannedAreTheMost) {
  auto options = planned_options();
  options.epochs = 3;
  EXPECT_EQ(length(metric_of({1, 0.5, 0.2}), options), 3u);
}

TEST(RunLength, ThePatienceOfALengthenedRunIsAsMuchLonger) {
  auto options = planned_options();
  options.epochs = 20;
  options.patience = 3;
  EXPECT_EQ(length(metric_of({1, 1}), options), 4u);
  EXPECT_EQ(length(metric_of({1, 0.9, 0.8, 0.7, 0.6, 1}), options), 11u);
}

TEST(RunLength, AResumedRunHasTheSameLengthAndWeights) {
  const TempDir folder;
  const std::vector<double> improving{1, 0.9, 0.8, 0.7, 0.6, 0.5};
  auto whole = small_net(), resumed = small_net();
  Trainer(whole, squared_error, metric_of(improving), planned_options()).fit(small_data(), small_data(20));
  const auto evaluation = metric_of(improving);  // goes on where it was
  auto options = planned_options(folder / "run");
  options.resume = true;
  TrainerHooks stop;
  int64_t steps = 0;
  stop.stop_requested = [&] { return ++steps == 40; };  // in the sixth epoch, after the run was lengthened
  EXPECT_EQ(Trainer(resumed, squared_error, evaluation, options, stop).fit(small_data(), small_data(20)).outcome,
            Outcome::stopped);
  const auto result = Trainer(resumed, squared_error, evaluation, options).fit(small_data(), small_data(20));
  EXPECT_EQ(result.history.size(), 16u);
  expect_same(state_of(*resumed), state_of(*whole));
}

TEST(RunLength, ANegativePlanIsRefused) {
  auto options = small_options();
  options.planned_epochs = -1;
  expect_error(ErrorKind::usage, "Trainer: planned_epochs must be at least 0, got -1",
               [&] { Trainer(small_net(), squared_error, by_rmse(), options); });
}
