// Losses and gradients that are NaN or infinite.
#include <cmath>
#include <numeric>

#include "reszoo/train/trainer.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

struct Fault {
  const char* says;
  Loss loss;
};

/// Zero, with an infinite gradient.
Tensor cliff(const Tensor& outputs) { return (outputs - outputs.detach()).sqrt().sum(); }

/// The loss times a factor.
Loss times(double factor) {
  return [factor](const Tensor& outputs, const Tensor& targets) { return factor * squared_error(outputs, targets); };
}

const Loss kSteepLoss = [](const Tensor& outputs, const Tensor& targets) {
  return squared_error(outputs, targets) + cliff(outputs);
};

const Fault kFaults[] = {{"loss is nan", times(std::nan(""))},
                         {"loss is inf", times(HUGE_VAL)},
                         {"loss is -inf", times(-HUGE_VAL)},
                         {", its gradient is ", kSteepLoss}};

/// The rows of small_data, some of them NaN: if a norm sees them, they stay in its statistics.
Dataset with_nan(const std::vector<int64_t>& rows) {
  const auto inputs = small_data().inputs().clone();
  for (const auto row : rows) inputs[row].fill_(std::nan(""));
  return {inputs, small_data().targets()};
}

void expect_finite(const StateDict& state) {
  for (const auto& item : state) EXPECT_TRUE(item.value().isfinite().all().item<bool>()) << item.key();
}

}  // namespace

TEST(Nonfinite, IsFoundBeforeAnythingChanges) {
  for (const auto& fault : kFaults) {
    const TempDir folder;
    auto net = small_net();
    int64_t calls = 0;
    const Loss loss = [&](const Tensor& outputs, const Tensor& targets) {
      return (++calls < 18 ? squared_error : fault.loss)(outputs, targets);
    };
    StateDict before;
    std::string checkpoint;
    TrainerHooks hooks;
    hooks.on_step = [&](const Progress&) {
      before = snapshot(*net);
      if (calls > 14) checkpoint = read_file(folder / "checkpoint.safetensors");
    };
    auto options = small_options(folder.path());
    options.schedule = {};
    Trainer trainer(net, loss, by_rmse(), options, hooks);
    SCOPED_TRACE(fault.says);
    const std::vector<std::string> parts{"train: loss is ", fault.says, " at epoch 3, step 4, lr=0.01",
                                         "; the last good checkpoint is kept"};
    expect_error_parts(ErrorKind::input, parts, [&] { trainer.fit(small_data(), small_data(20)); });
    expect_same(snapshot(*net), before);
    EXPECT_TRUE(read_file(folder / "checkpoint.safetensors") == checkpoint);
    options.resume = true;
    Trainer again(small_net(), squared_error, by_rmse(), options);
    EXPECT_EQ(again.fit(small_data(), small_data(20)).history.size(), 4u);
  }
}

TEST(Nonfinite, BuffersAreThoseBeforeTheStep) {
  auto net = small_net();
  Trainer trainer(net, squared_error, by_rmse(), small_options());
  expect_error(ErrorKind::input, "train: loss is nan", [&] { trainer.fit(with_nan({5})); });
  expect_finite(snapshot(*net));
}

TEST(Nonfinite, StepsAreSkippedWhereThatIsAskedFor) {
  auto net = small_net();
  auto options = small_options();
  options.on_nonfinite = OnNonfinite::skip;
  std::vector<std::string> warnings;
  auto before = snapshot(*net);
  int64_t skipped = 0;
  TrainerHooks hooks;
  hooks.on_warning = [&](const std::string& line) { warnings.push_back(line); };
  hooks.on_step = [&](const Progress& progress) {
    auto after = snapshot(*net);
    if (progress.skipped > skipped) expect_same(after, before);
    else EXPECT_FALSE(torch::equal(after["first.weight"], before["first.weight"]));
    skipped = progress.skipped;
    before = std::move(after);
  };
  const auto result = Trainer(net, squared_error, by_rmse(), options, hooks).fit(with_nan({5}), small_data(20));
  EXPECT_EQ(skipped, 4);  // the step of that row, in each of 4 epochs
  ASSERT_EQ(warnings.size(), 4u);
  EXPECT_NE(warnings[0].find("train: loss is nan at epoch 1, step"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[0].find("; the step is skipped"), std::string::npos) << warnings[0];
  expect_finite(snapshot(*net));
  for (const auto& record : result.history) EXPECT_TRUE(std::isfinite(record.loss));
}

TEST(Nonfinite, AGradientAloneIsSkippedToo) {
  int64_t calls = 0;
  const Loss loss = [&](const Tensor& outputs, const Tensor& targets) {
    return (++calls % 5 == 0 ? kSteepLoss : squared_error)(outputs, targets);
  };
  auto net = small_net();
  auto options = small_options();
  options.on_nonfinite = OnNonfinite::skip;
  Trainer trainer(net, loss, by_rmse(), options);
  trainer.fit(small_data());
  EXPECT_EQ(trainer.state().skipped, 5);
  expect_finite(snapshot(*net));
}

TEST(Nonfinite, TwentyStepsInARowAreAnError) {
  std::vector<int64_t> all(50);
  std::iota(all.begin(), all.end(), 0);
  auto options = small_options();
  options.on_nonfinite = OnNonfinite::skip;
  auto net = small_net();
  const auto before = snapshot(*net);
  int64_t warnings = 0;
  TrainerHooks hooks;
  hooks.on_warning = [&](const std::string&) { ++warnings; };
  Trainer trainer(net, squared_error, by_rmse(), options, hooks);
  expect_error_parts(ErrorKind::input, {"train: loss is nan at epoch 3, step 6", "; 20 steps in a row were not finite"},
                     [&] { trainer.fit(with_nan(all)); });
  EXPECT_EQ(warnings, 19);
  expect_same(snapshot(*net), before);
}

TEST(Nonfinite, SkippedStepsAreCountedOverAResume) {
  const TempDir folder;
  const auto run = [&](const std::string& name, bool resume, int64_t stop) {
    auto options = small_options(folder / name);
    options.on_nonfinite = OnNonfinite::skip;
    options.resume = resume;
    int64_t steps = 0;
    TrainerHooks hooks;
    hooks.stop_requested = [&] { return ++steps == stop; };
    Trainer trainer(small_net(), squared_error, by_rmse(), options, hooks);
    trainer.fit(with_nan({5, 6}), small_data(20));
    return trainer.state().skipped;
  };
  const auto whole = run("whole", false, 0);
  run("cut", false, 12);
  EXPECT_EQ(run("cut", true, 0), whole);
  expect_same_end(folder / "whole", folder / "cut");
}

TEST(Nonfinite, WeightsThatEndAsNoNumbersAreAnError) {
  auto options = small_options();
  options.epochs = 1;
  options.batch_size = 50;  // one step, after which no loss is computed
  options.schedule = {};
  options.optimizer.lr = 1e39;  // infinite in float32
  Trainer trainer(small_net(), squared_error, by_rmse(), options);
  expect_error_parts(ErrorKind::input, {"train: the trained weights are NaN or infinite", "try a lower learning rate"},
                     [&] { trainer.fit(small_data()); });
}

TEST(Nonfinite, AMetricThatIsNoNumberIsSaid) {
  auto options = small_options();
  options.epochs = 1;
  options.batch_size = 50;
  options.schedule = {};
  options.optimizer.lr = 1e30;
  std::vector<std::string> warnings;
  TrainerHooks hooks;
  hooks.on_warning = [&](const std::string& line) { warnings.push_back(line); };
  Trainer(small_net(), squared_error, by_rmse(), options, hooks).fit(small_data(), small_data(20));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("epoch 1: the validation rmse is "), std::string::npos) << warnings[0];
}
