// A resumed run ends with the same bits as an uninterrupted one.
#include <gtest/gtest.h>

#include "reszoo/nn/conv_blocks.h"
#include "reszoo/train/checkpoint.h"
#include "reszoo/train/fused_training.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Trains until this call has done `stop` steps (0: to the end).
TrainResult train(TrainerOptions options, int64_t stop = 0) {
  int64_t steps = 0;
  TrainerHooks hooks;
  hooks.stop_requested = [&] { return ++steps == stop; };
  return Trainer(small_net(), squared_error, by_rmse(), std::move(options), hooks).fit(small_data(), small_data(20));
}

TrainerOptions resumed(TrainerOptions options) {
  options.resume = true;
  return options;
}

}  // namespace

TEST(Resume, StoppedAtAnyStepARunEndsWithTheSameBits) {
  const TempDir folder;
  const auto whole = train(small_options(folder / "whole"));
  EXPECT_EQ(whole.outcome, Outcome::finished);
  EXPECT_EQ(log_of(folder / "whole").size(), 4u);
  // At the first step, within an epoch, after the last step of an epoch, at the last step of the run.
  for (const int64_t stop : {1, 3, 7, 8, 12, 14, 20, 27, 28}) {
    const auto out = folder / std::to_string(stop);
    EXPECT_EQ(train(small_options(out), stop).outcome, Outcome::stopped);
    const auto result = train(resumed(small_options(out)));
    EXPECT_EQ(result.outcome, Outcome::finished);
    EXPECT_EQ(result.best_epoch, whole.best_epoch);
    EXPECT_EQ(result.best_metrics, whole.best_metrics);
    SCOPED_TRACE(stop);
    expect_same_end(folder / "whole", out);
  }
}

TEST(Resume, StoppedAgainAndAgainARunEndsWithTheSameBits) {
  for (const auto kind : {OptimizerKind::adamw, OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::rmsprop,
                          OptimizerKind::lamb, OptimizerKind::lion, OptimizerKind::muon}) {
    const TempDir folder;
    auto whole = small_options(folder / "whole"), cut = small_options(folder / "cut");
    whole.optimizer.kind = cut.optimizer.kind = kind;
    whole.optimizer.rules = cut.optimizer.rules = {{.pattern = "first.*", .lr_factor = 0.5}};
    train(whole);
    while (train(resumed(cut), 5).outcome == Outcome::stopped) torch::rand({17});
    expect_same_end(folder / "whole", folder / "cut");
  }
}

TEST(Resume, StoppedWithinAShuffleWindowARunEndsWithTheSameBits) {
  const TempDir folder;
  auto whole = small_options(folder / "whole"), cut = small_options(folder / "cut");
  whole.shuffle_window = cut.shuffle_window = 20;
  train(whole);
  while (train(resumed(cut), 5).outcome == Outcome::stopped) torch::rand({17});
  expect_same_end(folder / "whole", folder / "cut");
  cut.shuffle_window = 21;
  expect_error(ErrorKind::usage, "shuffle_window was 20, got 21", [&] { train(resumed(cut)); });
}

TEST(Resume, TheAverageOfTheWeightsGoesOnToo) {
  const TempDir folder;
  auto whole = small_options(folder / "whole"), cut = small_options(folder / "cut");
  whole.ema_decay = cut.ema_decay = 0.95;
  train(whole);
  while (train(resumed(cut), 5).outcome == Outcome::stopped) torch::rand({17});
  expect_same_end(folder / "whole", folder / "cut");
}

TEST(Resume, ChannelsLastImagesEndWithTheSameBits) {
  const TempDir folder;
  const Dataset images(torch::arange(24 * 3 * 8 * 8).sin().view({24, 3, 8, 8}), torch::arange(24) % 3);
  const auto loss = [](const Tensor& outputs, const Tensor& targets) {
    return torch::cross_entropy_loss(outputs, targets);
  };
  const auto run = [&](const std::string& name, bool resume, int64_t stop) {
    torch::manual_seed(2);
    Chain net(Steps{{"stem", nn::Conv2d(3, 8, 1)},
                    {"block", basic_block(BlockOptions{.in = 8, .out = 16, .stride = 2})},
                    {"dropout", nn::Dropout2d(0.3)},
                    {"pool", nn::AdaptiveAvgPool2d(1)},
                    {"flat", nn::Flatten()},
                    {"fc", nn::Linear(16, 3)}});
    int64_t steps = 0;
    TrainerHooks hooks;
    hooks.stop_requested = [&] { return ++steps == stop; };
    Trainer(net, loss, by_rmse(),
            {.epochs = 3, .batch_size = 6, .seed = 1, .channels_last = true, .out = folder / name, .resume = resume},
            hooks)
        .fit(images);
  };
  run("whole", false, 0);
  run("cut", false, 6);
  run("cut", true, 0);
  expect_same_end(folder / "whole", folder / "cut");
}

TEST(Resume, WithoutACheckpointStartsFromTheBeginning) {
  const TempDir folder;
  train(small_options(folder / "plain"));
  train(resumed(small_options(folder / "resumed")));
  expect_same_end(folder / "plain", folder / "resumed");
}

TEST(Resume, AFinishedRunIsLeftAsItIsAndItsModelIsGivenAgain) {
  const TempDir folder;
  train(small_options(folder / "run"));
  int64_t steps = 0, models = 0;
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress&) { ++steps; };
  hooks.on_best = [&](const StateDict& best, const Progress&) {
    ++models;
    EXPECT_TRUE(best.contains("block.normalization.running_mean"));
  };
  Trainer trainer(small_net(), squared_error, by_rmse(), resumed(small_options(folder / "run")), hooks);
  EXPECT_EQ(trainer.fit(small_data(), small_data(20)).outcome, Outcome::finished);
  EXPECT_EQ(steps, 0);
  EXPECT_EQ(models, 1);
}

TEST(Resume, MoreEpochsAreAcceptedAtAConstantRate) {
  const TempDir folder;
  auto longer = small_options(folder / "longer"), extended = small_options(folder / "extended");
  longer.schedule = extended.schedule = {};
  longer.epochs = 5;
  train(longer);
  train(extended);
  extended.epochs = 5;
  train(resumed(extended));
  expect_same_end(folder / "longer", folder / "extended");
}

TEST(Resume, OtherSettingsAreRefusedByName) {
  const TempDir folder;
  train(small_options(folder / "run"), 3);
  const auto refused = [&](const std::string& line, const auto& change) {
    auto options = resumed(small_options(folder / "run"));
    change(options);
    expect_error(ErrorKind::usage, line, [&] { train(options); });
  };
  refused("cannot resume: batch_size was 7, got 8", [](auto& o) { o.batch_size = 8; });
  refused("cannot resume: epochs was 4, got 5", [](auto& o) { o.epochs = 5; });  // the cosine schedule depends on it
  refused("cannot resume: lr was 0.01, got 0.1", [](auto& o) { o.optimizer.lr = 0.1; });
  refused("cannot resume: optimizer was \"adamw\", got \"sgd\"",
          [](auto& o) { o.optimizer.kind = OptimizerKind::sgd; });
  refused("cannot resume: rules was not set, got \"first.*=0.5\"",
          [](auto& o) { o.optimizer.rules = {{.pattern = "first.*", .lr_factor = 0.5}}; });
  refused("cannot resume: schedule was \"cosine:0.1\", got \"cosine:0.1,end=0.1\"",
          [](auto& o) { o.schedule.end = 0.1; });
  refused("cannot resume: model was not set, got \"x\"", [](auto& o) { o.settings["model"] = "x"; });
  auto options = resumed(small_options(folder / "run"));
  expect_error(ErrorKind::usage, "train_inputs was \"(50, 4) CPUFloatType\", got \"(60, 4) CPUFloatType\"",
               [&] { Trainer(small_net(), squared_error, by_rmse(), options).fit(small_data(60), small_data(20)); });
}

TEST(Resume, AnotherNetworkIsRefusedByKey) {
  const TempDir folder;
  train(small_options(folder / "run"), 3);
  Trainer other(nn::Sequential(nn::Linear(4, 1)), squared_error, by_rmse(), resumed(small_options(folder / "run")));
  expect_error(ErrorKind::file, "checkpoint.safetensors", [&] { other.fit(small_data(), small_data(20)); });
}

TEST(Resume, AFileThatIsNoCheckpointIsRefused) {
  const TempDir folder;
  write_model_file(folder / "checkpoint.safetensors", {{"kind", "model"}}, state_of(*small_net()));
  expect_error(ErrorKind::file, "checkpoint.safetensors: not a checkpoint of a training run",
               [&] { train(resumed(small_options(folder.path()))); });
}

TEST(Resume, TheFastPathsDropoutEndsWithTheSameBits) {
  const TempDir folder;
  const auto run = [&](const std::string& name, bool resume, int64_t stop) {
    torch::manual_seed(2);
    auto net = create_model("tabular_resnet", TabularOptions{.numeric = 4, .blocks = 2, .width = 16, .dropout = 0.4});
    EXPECT_TRUE(FusedTraining::applies(AnyModule(net)));
    auto options = small_options(folder / name);
    options.resume = resume;
    int64_t steps = 0;
    TrainerHooks hooks;
    hooks.stop_requested = [&] { return ++steps == stop; };
    Trainer(net, squared_error, by_rmse(), options, hooks).fit(small_data(), small_data(20));
  };
  run("whole", false, 0);
  for (const int64_t stop : {3, 7, 10}) {
    const auto name = std::to_string(stop);
    run(name, false, stop);
    torch::rand({17});
    run(name, true, 0);
    expect_same_end(folder / "whole", folder / name);
  }
}
