// The training loop.
#include "reszoo/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reszoo/base/atomic_file.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Trainer, LossFallsAndTheBestEpochsWeightsAreLeftInTheModule) {
  auto net = small_net();
  auto options = small_options();
  options.epochs = 30;
  Trainer trainer(net, squared_error, by_rmse(), options);
  const auto result = trainer.fit(small_data(), small_data(20));
  EXPECT_LT(result.history.back().loss, result.history.front().loss / 3);
  EXPECT_EQ(trainer.evaluate(small_data(20)), result.best_metrics);
  for (const auto& record : result.history)
    EXPECT_GE(record.metrics.front().second, result.best_metrics.front().second) << record.epoch;
}

TEST(Trainer, GreaterIsBetterTurnsTheComparisonRound) {
  auto evaluation = by_rmse();
  evaluation.monitor.greater_is_better = true;
  const auto result =
      Trainer(small_net(), squared_error, evaluation, small_options()).fit(small_data(), small_data(20));
  for (const auto& record : result.history)
    EXPECT_LE(record.metrics.front().second, result.best_metrics.front().second);
}

TEST(Trainer, WithoutValidationTheLastEpochIsTheBest) {
  int64_t models = 0;
  TrainerHooks hooks;
  hooks.on_best = [&](const StateDict&, const Progress& progress) { EXPECT_EQ(progress.epoch, ++models); };
  const auto result = Trainer(small_net(), squared_error, by_rmse(), small_options(), hooks).fit(small_data());
  EXPECT_EQ(models, 4);
  EXPECT_EQ(result.best_epoch, 4);
  EXPECT_TRUE(result.best_metrics.empty());
}

TEST(Trainer, PatienceEndsARunThatDoesNotImprove) {
  int64_t epoch = 0;
  const Evaluation worse{.metrics = [&](const Tensor&, const Tensor&) {
    return Metrics{{"m", static_cast<double>(++epoch)}};
  }};
  auto options = small_options();
  options.epochs = 50;
  options.patience = 3;
  const auto result = Trainer(small_net(), squared_error, worse, options).fit(small_data(), small_data(20));
  EXPECT_EQ(result.outcome, Outcome::early_stopped);
  EXPECT_EQ(result.history.size(), 4u);
  EXPECT_EQ(result.best_epoch, 1);
}

TEST(Trainer, AMetricThatIsNoNumberIsNeverBetterButAModelIsStillKept) {
  int64_t epoch = 0;
  const Evaluation gaps{.metrics = [&](const Tensor&, const Tensor&) {
    return Metrics{{"m", ++epoch == 2 ? 1.0 : std::nan("")}};
  }};
  const TempDir folder;
  const auto result =
      Trainer(small_net(), squared_error, gaps, small_options(folder / "run")).fit(small_data(), small_data(20));
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_TRUE(result.history.front().best);
  EXPECT_NE(read_file(folder / "run/log.jsonl").find(R"("val":{"m":null})"), std::string::npos);
}

TEST(Trainer, EvaluationRestoresModesAndDrawsNothing) {
  auto net = small_net();
  net->train();
  net->named_children()["last"]->eval();
  Trainer trainer(net, squared_error, by_rmse(), small_options());
  torch::manual_seed(9);
  const auto expected = torch::rand({3});
  torch::manual_seed(9);
  const auto [once, targets] = trainer.predict(small_data());
  EXPECT_TRUE(torch::equal(torch::rand({3}), expected));
  EXPECT_TRUE(torch::equal(once, trainer.predict(small_data()).first));
  EXPECT_TRUE(torch::equal(targets, small_data().targets()));
  EXPECT_FALSE(once.requires_grad());
  EXPECT_TRUE(net->is_training());
  EXPECT_FALSE(net->named_children()["last"]->is_training());
}

TEST(Trainer, AFrozenNormStaysFrozen) {
  auto net = small_net();
  auto norm = net->modules(false)[2]->as<nn::BatchNorm1d>();
  for (const auto& module : net->modules(false))
    if (auto* found = module->as<nn::BatchNorm1d>()) norm = found;
  ASSERT_TRUE(norm);
  norm->eval();
  const auto mean = norm->running_mean.clone();
  Trainer(net, squared_error, by_rmse(), small_options()).fit(small_data(), small_data(20));
  EXPECT_TRUE(torch::equal(norm->running_mean, mean));
}

TEST(Trainer, ANonFiniteLossStopsBeforeTheOptimizerStepsAndKeepsTheCheckpoint) {
  const TempDir folder;
  auto net = small_net();
  std::string kept;
  StateDict weights;
  const auto run = [&](TrainerOptions options, int64_t bad_epoch) {
    int64_t calls = 0;
    const Loss loss = [&](const Tensor& outputs, const Tensor& targets) {
      if (++calls < (bad_epoch - 1) * 7 + 4) return squared_error(outputs, targets);
      kept = read_file(folder / "checkpoint.safetensors");
      for (const auto& item : state_of(*net)) weights.insert(item.key(), item.value().clone());
      return squared_error(outputs, targets) / 0.0 * 0.0;
    };
    Trainer(net, loss, by_rmse(), options).fit(small_data(), small_data(20));
  };
  auto options = small_options(folder.path());
  options.schedule = {};
  expect_error(ErrorKind::input, "train: loss is nan at epoch 3, step 4, lr=0.01; the last good checkpoint is kept",
               [&] { run(options, 3); });
  EXPECT_FALSE(kept.empty());
  EXPECT_EQ(read_file(folder / "checkpoint.safetensors"), kept);
  for (const auto& item : net->named_parameters())
    EXPECT_TRUE(torch::equal(item.value(), weights[item.key()])) << item.key();
  options.out.clear();
  weights.clear();
  expect_error(ErrorKind::input, "at epoch 1, step 4, lr=0.01; try a lower learning rate", [&] { run(options, 1); });
}

TEST(Trainer, AFileThatCannotBeWrittenIsAWarningUntilTheEnd) {
  const TempDir folder;
  std::vector<std::string> warnings;
  TrainerHooks hooks;
  hooks.on_warning = [&](const std::string& line) { warnings.push_back(line); };
  const auto blocked = folder / "checkpoint.safetensors";
  hooks.on_epoch = [&](const Progress& progress) {
    // A folder takes the name of the file to be written.
    if (progress.epoch == 1) std::filesystem::create_directory(blocked);
    if (progress.epoch == 3) std::filesystem::remove(blocked);
  };
  EXPECT_EQ(
      Trainer(small_net(), squared_error, by_rmse(), small_options(folder.path()), hooks).fit(small_data()).outcome,
      Outcome::finished);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("checkpoint.safetensors"), std::string::npos);
  EXPECT_NE(warnings[0].find("; training goes on"), std::string::npos);

  std::filesystem::remove(blocked);
  hooks.on_epoch = [&](const Progress& progress) {
    if (progress.epoch != progress.epochs) return;
    std::filesystem::remove(blocked);
    std::filesystem::create_directory(blocked);
  };
  expect_error(ErrorKind::file, "checkpoint.safetensors", [&] {
    Trainer(small_net(), squared_error, by_rmse(), small_options(folder.path()), hooks).fit(small_data());
  });
}

TEST(Trainer, AFileThatCouldNotBeWrittenIsSaidBeforeTraining) {
  const TempDir folder;
  std::filesystem::create_directory(folder / "checkpoint.safetensors");
  int64_t steps = 0;
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress&) { ++steps; };
  expect_error(ErrorKind::file, "checkpoint.safetensors: is a folder", [&] {
    Trainer(small_net(), squared_error, by_rmse(), small_options(folder.path()), hooks).fit(small_data());
  });
  EXPECT_EQ(steps, 0);
}

TEST(Trainer, AModelThatCannotBeWrittenIsGivenAgainAtTheNextEpoch) {
  std::vector<int64_t> given;
  int64_t epoch = 0;
  const Evaluation first_is_best{.metrics = [&](const Tensor&, const Tensor&) {
    return Metrics{{"m", static_cast<double>(++epoch)}};
  }};
  TrainerHooks hooks;
  hooks.on_best = [&](const StateDict&, const Progress& progress) {
    given.push_back(progress.epoch);
    if (given.size() < 3) fail(ErrorKind::file, "model.safetensors: no space left on device");
  };
  Trainer(small_net(), squared_error, first_is_best, small_options(), hooks).fit(small_data(), small_data(20));
  EXPECT_EQ(given, (std::vector<int64_t>{1, 2, 3}));
}

TEST(Trainer, ProgressCountsStepsAndEpochsFromOne) {
  std::vector<std::pair<int64_t, int64_t>> seen;
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress& p) {
    seen.emplace_back(p.epoch, p.step);
    EXPECT_EQ(p.steps, 7);
    EXPECT_GT(p.lr, 0);
    EXPECT_GT(p.loss, 0);
    EXPECT_GT(p.items_per_second, 0);
    EXPECT_GE(p.seconds_left, 0);
  };
  hooks.on_epoch = [](const Progress& p) { EXPECT_EQ(p.metrics.front().first, "rmse"); };
  Trainer(small_net(), squared_error, by_rmse(), small_options(), hooks).fit(small_data(), small_data(20));
  ASSERT_EQ(seen.size(), 28u);
  EXPECT_EQ(seen.front(), (std::pair<int64_t, int64_t>(1, 1)));
  EXPECT_EQ(seen.back(), (std::pair<int64_t, int64_t>(4, 7)));
}

TEST(Trainer, AStepOfTheCallersOwnTakesThePlaceOfOurs) {
  int64_t calls = 0;
  TrainerHooks hooks;
  hooks.step = [&](Trainer& trainer, const Batch& batch, double lr) {
    ++calls;
    return trainer.train_step(batch, lr / 2);
  };
  auto halved = small_options();
  halved.optimizer.lr *= 2;
  auto ours = small_net(), plain = small_net();
  Trainer(ours, squared_error, by_rmse(), halved, hooks).fit(small_data());
  Trainer(plain, squared_error, by_rmse(), small_options()).fit(small_data());
  EXPECT_EQ(calls, 28);
  expect_same(state_of(*ours), state_of(*plain));
}

TEST(Trainer, ImagesTrainChannelsLast) {
  nn::Sequential net(nn::Conv2d(3, 4, 3), nn::ReLU(), nn::AdaptiveAvgPool2d(1), nn::Flatten(), nn::Linear(4, 2));
  const auto images = torch::arange(16 * 3 * 6 * 6, torch::kUInt8).view({16, 3, 6, 6});
  const Dataset data(images, torch::arange(16) % 2, [](const Tensor& raw) { return raw.to(torch::kFloat) / 255; });
  const Evaluation by_accuracy{.metrics =
                                   [](const Tensor& outputs, const Tensor& targets) {
                                     EXPECT_EQ(targets.scalar_type(), torch::kLong);
                                     return Metrics{{"accuracy", accuracy(outputs.argmax(1), targets)}};
                                   },
                               .monitor = {.greater_is_better = true}};
  const auto loss = [](const Tensor& outputs, const Tensor& targets) {
    return torch::cross_entropy_loss(outputs, targets);
  };
  const auto result =
      Trainer(net, loss, by_accuracy, {.epochs = 2, .batch_size = 4, .channels_last = true}).fit(data, data);
  EXPECT_EQ(result.history.size(), 2u);
  EXPECT_TRUE(net->parameters()[0].is_contiguous(torch::MemoryFormat::ChannelsLast));
}

TEST(Trainer, OptionsThatMakeNoSenseAreRefused) {
  const auto make = [](TrainerOptions options) { Trainer(small_net(), squared_error, by_rmse(), options); };
  expect_error(ErrorKind::usage, "Trainer: epochs must be at least 1, got 0", [&] { make({.epochs = 0}); });
  expect_error(ErrorKind::usage, "Trainer: batch_size must be at least 1, got 0", [&] { make({.batch_size = 0}); });
  expect_error(ErrorKind::usage, "Trainer: resume needs the folder", [&] { make({.resume = true}); });
}
