// Training by several processes ends with the right bits.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <csignal>

#include "processes.h"
#include "reszoo/nn/drop_path.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

/// The loss of each row. Outputs may be those of several members, (N, k, 1).
Tensor row_errors(const Tensor& outputs, const Tensor& targets) {
  const auto wanted = outputs.dim() == 3 ? targets.unsqueeze(1) : targets;
  return (outputs - wanted).square().flatten(1).mean(1);
}

Evaluation by_error() {
  return {.metrics = [](const Tensor& outputs, const Tensor& targets) {
    return Metrics{{"mse", row_errors(outputs, targets).mean().item<double>()}};
  }};
}

Tensor cross_entropy(const Tensor& outputs, const Tensor& targets) {
  return at::cross_entropy_loss(outputs, targets, {}, at::Reduction::None);
}

/// 6 blocks of linear layers without norms: its gradients do not depend on how a batch is divided.
Chain plain_net() {
  torch::manual_seed(11);
  return Chain(Steps{{"first", nn::Linear(4, 8)}, {"relu", nn::ReLU()}, {"last", nn::Linear(8, 1)}});
}

/// A network of which a part is never used.
struct HalfUsedImpl : nn::Module {
  HalfUsedImpl() {
    torch::manual_seed(11);
    used = register_module("used", nn::Linear(4, 1));
    unused = register_module("unused", nn::Linear(4, 1));
  }
  Tensor forward(const Tensor& x) { return used(x); }
  nn::Linear used{nullptr}, unused{nullptr};
};
TORCH_MODULE(HalfUsed);

AnyModule tabular_net() {
  torch::manual_seed(5);
  return as_any(create_model("tabular_resnet",
                             TabularOptions{.outputs = 1, .numeric = 4, .blocks = 2, .width = 24, .dropout = 0.2}));
}

/// Without dropout, which depends on how a batch is divided.
AnyModule sure_net() {
  torch::manual_seed(5);
  return as_any(create_model("tabular_resnet",
                             TabularOptions{.outputs = 1, .numeric = 4, .blocks = 2, .width = 24, .dropout = 0}));
}

AnyModule ensemble_net() {
  torch::manual_seed(5);
  return as_any(
      create_model("tabular_resnet",
                   TabularOptions{.outputs = 1, .numeric = 4, .blocks = 1, .width = 16, .members = 4, .dropout = 0.1}));
}

AnyModule image_net(double drop_path) {
  torch::manual_seed(5);
  return as_any(create_model("cifar_resnet20", ImageOptions{.outputs = 4, .drop_path = drop_path}));
}

Dataset weighted_rows() { return small_data().weighted(torch::arange(50).remainder(7).to(at::kFloat) / 3); }

/// 46 images of 12 x 12.
Dataset small_images(int64_t rows = 46) {
  const auto x = torch::linspace(-3, 5, rows * 3 * 12 * 12).sin().view({rows, 3, 12, 12}).roll(7, 3);
  return {x, torch::arange(rows).remainder(4)};
}

/// Rows that are made one by one; those of `bad` cannot be.
Dataset made_rows(const std::vector<int64_t>& bad) {
  const auto data = small_data();
  Examples examples{.count = data.rows(), .shape = {4}, .write = [data, bad](int64_t row, Random*, float* to) {
                      if (std::ranges::find(bad, row) != bad.end()) fail(ErrorKind::file, "row {} is bad", row);
                      std::copy_n(data.inputs()[row].contiguous().const_data_ptr<float>(), 4, to);
                    }};
  return {examples, data.targets(), LoaderOptions{.bad_limit = 10}};
}

struct Job {
  AnyModule net;
  Loss loss;
  Dataset train;
  Dataset validation;
};

Job job_of(const std::string& name) {
  if (name == "table") return {as_any(small_net()), row_errors, small_data(), small_data(20)};
  if (name == "scalar") return {as_any(small_net()), squared_error, small_data(), small_data(20)};
  if (name == "plain") return {as_any(plain_net()), row_errors, small_data(), small_data(20)};
  if (name == "weighted") return {as_any(plain_net()), row_errors, weighted_rows(), small_data(20)};
  if (name == "made") return {as_any(plain_net()), row_errors, made_rows({}), made_rows({})};
  if (name == "bad") return {as_any(plain_net()), row_errors, made_rows({3, 17, 18, 19, 40}), made_rows({2, 3})};
  if (name == "tabular") return {tabular_net(), row_errors, small_data(90), small_data(20)};
  if (name == "half used") return {as_any(HalfUsed()), row_errors, small_data(), small_data(20)};
  if (name == "many rows") return {as_any(plain_net()), row_errors, small_data(10000), small_data(9000)};
  if (name == "sure") return {sure_net(), row_errors, small_data(50), small_data(20)};
  if (name == "ensemble") return {ensemble_net(), row_errors, small_data(90), small_data(20)};
  return {image_net(name == "images" ? 0.1 : 0), cross_entropy, small_images(), small_images(20)};
}

/// arguments: job, out, and values of TrainerOptions.
const KnownScenario kTrain("train", [](const auto& group, const json& a) {
  auto options = small_options(a.at("out").get<std::string>());
  options.group = group;
  options.batch_size = a.value("batch_size", 16);
  options.epochs = a.value("epochs", 2);
  options.shards = a.value("shards", 0);
  options.sync_norms = a.value("sync_norms", false);
  options.resume = a.value("resume", false);
  options.gradient_accumulation_steps = a.value("accumulate", 1);
  options.mix.mixup = a.value("mixup", 0.0);
  if (a.contains("sgd")) options.optimizer = OptimizerOptions::defaults(OptimizerKind::sgd);
  options.optimizer.lr = a.value("lr", 1e-2);
  if (a.contains("lr_of_rank_1") && group && group->rank() == 1) options.optimizer.lr = a.at("lr_of_rank_1");
  options.ema_decay = a.value("ema", 0.0);
  options.shuffle_window = a.value("window", kShuffleWindow);
  options.time_limit = a.value("time_limit", 0.0);
  if (a.contains("skip")) options.on_nonfinite = OnNonfinite::skip;
  int64_t steps = 0;
  TrainerHooks hooks;
  hooks.stop_requested = [&] {
    ++steps;
    return steps == a.value("stop", 0) && (!group || group->rank() == group->size() - 1);
  };
  auto job = job_of(a.at("job"));
  if (a.contains("nan_row")) job.train = Dataset(job.train.inputs().clone(), job.train.targets().clone());
  if (a.contains("nan_row")) job.train.targets()[a.at("nan_row").get<int64_t>()].fill_(NAN);
  Trainer(job.net, job.loss, by_error(), options, hooks).fit(job.train, job.validation);
});

const KnownScenario kTrainImages("train images", [](const auto& group, const json& a) {
  auto options = small_options(a.at("out").get<std::string>());
  options.group = group;
  options.batch_size = 16;
  options.epochs = 2;
  options.shards = a.value("shards", 0);
  options.resume = a.value("resume", false);
  options.optimizer = OptimizerOptions::defaults(OptimizerKind::sgd);
  options.optimizer.lr = 1e-2;
  options.sync_norms = a.value("sync_norms", false);
  options.channels_last = true;
  if (!options.sync_norms) options.mix = {.mixup = 0.2, .cutmix = 1.0};
  int64_t steps = 0;
  TrainerHooks hooks;
  hooks.stop_requested = [&] { return ++steps == a.value("stop", 0); };
  auto job = job_of(options.sync_norms ? "images without drop path" : "images");
  const Evaluation accuracy{.metrics = [](const Tensor& outputs, const Tensor& targets) {
    return Metrics{{"log_loss", at::cross_entropy_loss(outputs, targets.to(at::kLong)).item<double>()}};
  }};
  Trainer(job.net, job.loss, accuracy, options, hooks).fit(job.train, job.validation);
});

json with(json arguments, const json& more) {
  arguments.update(more);
  return arguments;
}

/// Runs jobs in folders of their own.
class Training : public testing::Test {
 protected:
  std::string train(int size, const json& arguments, const std::string& scenario = "train") {
    const auto out = (folder_ / std::to_string(++runs_)).string();
    expect_processes(size, scenario, with(arguments, {{"out", out}}));
    return out;
  }

  StateDict end_of(const std::string& out) {
    return read_model_file(std::filesystem::path(out) / "checkpoint.safetensors").tensors;
  }

  const TempDir folder_;
  int runs_ = 0;
};

StateDict weights_in(const StateDict& checkpoint) {
  StateDict weights;
  for (const auto& item : checkpoint)
    if (item.key().starts_with("weights.")) weights.insert(item.key(), item.value());
  return weights;
}

}  // namespace

TEST_F(Training, SeveralProcessesStepAsOneDoes) {
  for (const auto* job : {"plain", "weighted", "made", "bad", "half used", "many rows"}) {
    SCOPED_TRACE(job);
    const json arguments{{"job", job}, {"batch_size", job == std::string("many rows") ? 4000 : 16}};
    const auto one = train(1, arguments);
    for (const int size : {2, 3}) {
      const auto several = train(size, arguments);
      expect_close(weights_in(end_of(one)), weights_in(end_of(several)), 1e-4);
      EXPECT_NEAR(log_of(one).back().at("loss"), log_of(several).back().at("loss"), 1e-5);
    }
  }
}

TEST_F(Training, TheSameNumberOfProcessesGivesTheSameBits) {
  for (const auto* job : {"scalar", "tabular", "ensemble"}) {
    SCOPED_TRACE(job);
    const int size = job == std::string("tabular") ? 3 : 2;
    expect_same_end(train(size, {{"job", job}}), train(size, {{"job", job}}));
  }
}

TEST_F(Training, AResumedRunOfTheSameNumberEndsWithTheSameBits) {
  for (const int size : {2, 3}) {
    const auto whole = train(size, {{"job", "tabular"}, {"ema", 0.9}});
    const auto cut = train(size, {{"job", "tabular"}, {"ema", 0.9}, {"stop", 2}});
    expect_processes(size, "train", {{"job", "tabular"}, {"ema", 0.9}, {"resume", true}, {"out", cut}});
    expect_same_end(whole, cut);
  }
}

TEST_F(Training, ShardsGiveTheSameBitsForEveryNumberOfProcesses) {
  for (const auto* job : {"table", "weighted", "bad", "tabular", "ensemble"}) {
    SCOPED_TRACE(job);
    const json arguments{{"job", job}, {"shards", 4}, {"mixup", 0.2}};
    const auto one = train(1, arguments);
    for (const int size : {2, 4}) {
      SCOPED_TRACE(size);
      expect_same_end(one, train(size, arguments));
    }
  }
}

TEST_F(Training, AParameterThatIsNotUsedStaysAsItIs) {
  const json arguments{{"job", "half used"}, {"shards", 2}};
  const auto one = train(1, arguments);
  expect_same_end(one, train(2, arguments));
  for (const auto& item : end_of(one)) EXPECT_FALSE(item.key().starts_with("optimizer.exp_avg.unused")) << item.key();
}

TEST_F(Training, WindowsOfALargeTableAreDealtToo) {
  const json arguments{{"job", "tabular"}, {"shards", 4}, {"window", 32}};
  expect_same_end(train(1, arguments), train(2, arguments));
}

TEST_F(Training, ShardsAndAccumulationGoTogether) {
  const json arguments{{"job", "table"}, {"shards", 2}, {"accumulate", 2}};
  expect_same_end(train(1, arguments), train(2, arguments));
}

TEST_F(Training, WithShardsARunMovesBetweenNumbersOfProcesses) {
  const json arguments{{"job", "tabular"}, {"shards", 4}, {"epochs", 3}};
  const auto whole = train(4, arguments);
  const auto moved = train(2, with(arguments, {{"stop", 3}}));
  const auto next = [&](int size, const json& more) {
    expect_processes(size, "train", with(with(arguments, {{"resume", true}, {"out", moved}}), more));
  };
  next(1, {{"stop", 5}});
  next(4, {{"stop", 2}});
  next(2, json::object());
  expect_same_end(whole, moved);
}

TEST_F(Training, ImagesWithShardsGiveTheSameBits) {
  const json arguments{{"shards", 4}};
  const auto one = train(1, arguments, "train images");
  for (const int size : {2, 4}) {
    SCOPED_TRACE(size);
    expect_same_end(one, train(size, arguments, "train images"));
  }
  const auto cut = train(2, with(arguments, {{"stop", 2}}), "train images");
  expect_processes(4, "train images", with(arguments, {{"resume", true}, {"out", cut}}));
  expect_same_end(one, cut);
}

TEST_F(Training, ImagesWithoutShardsRepeat) {
  expect_same_end(train(2, json::object(), "train images"), train(2, json::object(), "train images"));
}

TEST_F(Training, WithSynchronisedNormsSeveralProcessesStepAsOneDoes) {
  for (const auto* scenario : {"train", "train images"}) {
    SCOPED_TRACE(scenario);
    // AdamW would make rounding large: the biases before a norm have no other gradient.
    const json arguments{{"job", "sure"}, {"sync_norms", true}, {"sgd", true}};
    const auto one = train(1, arguments, scenario);
    for (const int size : {2, 3}) {
      const auto several = train(size, arguments, scenario);
      expect_close(weights_in(end_of(one)), weights_in(end_of(several)), 2e-3);
      EXPECT_NEAR(log_of(one).back().at("loss"), log_of(several).back().at("loss"), 1e-4);
    }
  }
}

TEST_F(Training, WithShardsTheNumberOfThreadsMustStay) {
  const json arguments{{"job", "table"}, {"shards", 2}};
  const auto out = train(1, with(arguments, {{"stop", 2}}));
  const auto ended =
      run_processes("train", with(arguments, {{"resume", true}, {"out", out}}), {.size = 1, .threads = 2});
  EXPECT_NE(ended.front().out.find("cannot resume: threads was 1, got 2"), std::string::npos) << ended.front().out;
}

TEST_F(Training, ACheckpointOfTwoGoesOnInOne) {
  const auto cut = train(2, {{"job", "table"}, {"stop", 2}});
  expect_processes(1, "train", {{"job", "table"}, {"resume", true}, {"out", cut}});
  EXPECT_EQ(log_of(cut).size(), 2u);
}

TEST_F(Training, ProcessesThatWereStartedDifferentlySayWhatDiffers) {
  const auto ended =
      run_processes("train", {{"job", "table"}, {"lr_of_rank_1", 0.5}, {"out", (folder_ / "x").string()}}, {.size = 2});
  for (const auto& process : ended) {
    EXPECT_EQ(process.code, 1);
    EXPECT_NE(process.out.find("was started differently: lr is 0.5, rank 0 has 0.01"), std::string::npos)
        << process.out;
  }
}

TEST_F(Training, ATimeLimitEndsAllInTheSameStep) {
  const auto out = train(3, {{"job", "tabular"}, {"epochs", 100000}, {"time_limit", 1.5}});
  EXPECT_LT(log_of(out).size(), 100000u);
}

TEST_F(Training, ANonfiniteLossOfOneProcessIsThatOfAll) {
  const json arguments{{"job", "table"}, {"nan_row", 7}, {"out", (folder_ / "x").string()}};
  for (const auto& process : run_processes("train", arguments, {.size = 2})) {
    EXPECT_EQ(process.code, 1);
    EXPECT_NE(process.out.find("train: loss is nan at epoch 1, step"), std::string::npos) << process.out;
  }
  const json skipping{{"job", "table"}, {"nan_row", 7}, {"skip", true}, {"shards", 4}};
  expect_same_end(train(1, skipping), train(2, skipping));
}

TEST_F(Training, WhatCannotBeDividedIsRefused) {
  const auto refusal = [&](int size, const json& more) {
    return run_processes("train", with({{"job", "table"}, {"out", (folder_ / "x").string()}}, more), {.size = size})
        .front()
        .out;
  };
  EXPECT_EQ(refusal(3, {{"shards", 4}}), "Trainer: 4 shards cannot be divided among 3 processes\n");
  EXPECT_EQ(refusal(2, {{"batch_size", 3}}),
            "Trainer: batch_size must be at least 4, two rows for each of 2 processes, got 3\n");
  EXPECT_EQ(refusal(1, {{"shards", 3}}), "Trainer: shards must be a power of two, got 3\n");
}
