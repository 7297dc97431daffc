// One training step: gradient accumulation, reduced precision, losses that are not finite.
#include <cmath>

#include "reszoo/train/trainer.h"
#include "support/support.h"
#include "train/small_run.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A network without batch norm, whose statistics depend on the micro-batch, and without dropout, whose draws do.
nn::Sequential plain_net() {
  torch::manual_seed(11);
  return nn::Sequential(nn::Linear(4, 16), nn::Tanh(), nn::Linear(16, 1));
}

Tensor row_errors(const Tensor& outputs, const Tensor& targets) {
  return (outputs - targets).square().flatten(1).mean(1);
}

TrainerOptions plain_options() {
  auto options = small_options();
  options.optimizer = OptimizerOptions::defaults(OptimizerKind::sgd);
  return options;
}

/// Returns the final state of a run that divides each batch into this many micro-batches.
StateDict end_of(int64_t accumulate, TrainerOptions options, const Dataset& data = small_data()) {
  options.gradient_accumulation_steps = accumulate;
  auto net = plain_net();
  Trainer(net, row_errors, by_rmse(), options).fit(data);
  return snapshot(*net);
}

/// Returns the sizes of the micro-batches of 50 rows, in batches of 7 and a last one of 8.
std::vector<int64_t> part_sizes(int64_t accumulate) {
  std::vector<int64_t> sizes;
  const Loss loss = [&](const Tensor& outputs, const Tensor& targets) {
    sizes.push_back(targets.size(0));
    return row_errors(outputs, targets);
  };
  auto options = plain_options();
  options.epochs = 1;
  options.gradient_accumulation_steps = accumulate;
  Trainer(plain_net(), loss, by_rmse(), options).fit(small_data());
  return sizes;
}

}  // namespace

TEST(Accumulate, EqualsOneBatch) {
  const auto whole = end_of(1, plain_options());
  for (const int64_t parts : {2, 3, 7, 100}) expect_close(end_of(parts, plain_options()), whole);
}

TEST(Accumulate, EqualsOneBatchOfRowsWithWeights) {
  const auto weighted = small_data().weighted(torch::linspace(0, 3, 50));
  const auto whole = end_of(1, plain_options(), weighted);
  expect_close(end_of(3, plain_options(), weighted), whole);
  EXPECT_FALSE(torch::allclose(whole["0.weight"], end_of(3, plain_options())["0.weight"], 1e-3));
}

TEST(Accumulate, EqualsOneBatchOfMixtures) {
  auto options = plain_options();
  options.mix = {.mixup = 0.4};
  expect_close(end_of(3, options), end_of(1, options));
  expect_close(end_of(3, options, small_data().weighted(torch::linspace(0, 3, 50))),
               end_of(1, options, small_data().weighted(torch::linspace(0, 3, 50))));
}

TEST(Accumulate, PartsHaveTheirSizeAndNoneIsOfOneRow) {
  const auto begins = [](const std::vector<int64_t>& sizes, std::vector<int64_t> first) {
    return std::vector(sizes.begin(), sizes.begin() + static_cast<int64_t>(first.size())) == first;
  };
  EXPECT_EQ(part_sizes(1), (std::vector<int64_t>{7, 7, 7, 7, 7, 7, 8}));
  EXPECT_TRUE(begins(part_sizes(2), {3, 4, 3, 4}));
  EXPECT_TRUE(begins(part_sizes(4), {2, 2, 3, 2, 2, 3}));
  EXPECT_TRUE(begins(part_sizes(7), {1, 1, 1, 1, 1, 1, 1, 1}));
}

namespace {

/// A network that records the dtype of its hidden layer.
nn::Sequential spied_net(at::ScalarType& seen) {
  torch::manual_seed(11);
  return nn::Sequential(nn::Linear(4, 16), nn::Functional([&seen](const Tensor& x) {
                          seen = x.scalar_type();
                          return x.tanh();
                        }),
                        nn::Linear(16, 1));
}

void expect_trains_in(Precision precision, at::ScalarType expected) {
  at::ScalarType seen = at::kDouble;
  auto net = spied_net(seen);
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress&) { EXPECT_EQ(seen, expected); };
  auto options = small_options();
  options.epochs = 10;
  options.precision = precision;
  Trainer trainer(net, squared_error, by_rmse(), options, hooks);
  const auto result = trainer.fit(small_data());
  EXPECT_LT(result.history.back().loss, result.history.front().loss / 2);
  for (const auto& item : state_of(*net)) EXPECT_EQ(item.value().scalar_type(), at::kFloat) << item.key();
  EXPECT_EQ(trainer.predict(small_data()).first.scalar_type(), at::kFloat);
  EXPECT_EQ(seen, at::kFloat);
}

/// A loss whose scaled gradients overflow in float16.
Tensor steep(const Tensor& outputs, const Tensor& targets) { return 3000 * squared_error(outputs, targets); }

}  // namespace

TEST(Precision, ReadsEachNameAndItsAliases) {
  for (const auto precision :
       {Precision::automatic, Precision::float32, Precision::float16, Precision::bfloat16, Precision::int8})
    EXPECT_EQ(parse_precision(text_of(precision)), precision);
  EXPECT_EQ(parse_precision("best"), Precision::automatic);
  EXPECT_EQ(parse_precision("bf16"), Precision::bfloat16);
  EXPECT_EQ(parse_precision("fp16"), Precision::float16);
  expect_error(ErrorKind::usage, "precision: must be automatic", [] { parse_precision("int3"); });
}

TEST(Precision, OfInferenceAloneIsRefusedInTraining) {
  for (const auto precision : {Precision::automatic, Precision::int8})
    expect_error(ErrorKind::usage, "Trainer: precision must be float32, bfloat16 or float16, got " + text_of(precision),
                 [&] { Trainer(small_net(), squared_error, by_rmse(), {.precision = precision}); });
}

TEST(Precision, OfFewerBitsIsOfTheStepsAlone) {
  expect_trains_in(Precision::float32, at::kFloat);
  expect_trains_in(Precision::bfloat16, at::kBFloat16);
  expect_trains_in(Precision::float16, at::kHalf);
}

TEST(Precision, GradientsThatOverflowHalveTheScaleAndPassTheStepOver) {
  const TempDir folder;
  auto net = plain_net();
  const auto before = snapshot(*net);
  auto options = small_options(folder.path());
  options.precision = Precision::float16;
  std::vector<double> scales;
  Trainer* running = nullptr;
  TrainerHooks hooks;
  hooks.on_step = [&](const Progress& progress) {
    scales.push_back(running->state().loss_scale);
    if (progress.epoch == 1 && progress.step == 1) expect_same(snapshot(*net), before);
  };
  Trainer trainer(net, steep, by_rmse(), options, hooks);
  running = &trainer;
  const auto result = trainer.fit(small_data());
  ASSERT_EQ(scales.size(), 28u);
  EXPECT_EQ(scales.front(), 32768);
  EXPECT_LT(scales.back(), 32768);
  EXPECT_LT(result.history.back().loss, result.history.front().loss);
  const auto position = read_model_file(folder / "checkpoint.safetensors").card["position"];
  EXPECT_EQ(position["loss_scale"], scales.back());
  EXPECT_EQ(position["scale_steps"], trainer.state().scale_steps);
  EXPECT_EQ(position["skipped"], 0);
}

TEST(Precision, GradientsThatAreNotFiniteAtAnyScaleAreAnError) {
  const Loss endless = [](const Tensor& outputs, const Tensor& targets) {
    return squared_error(outputs, targets) + 1e38 * (outputs - outputs.detach()).sum() * 1e38;
  };
  auto options = small_options();
  options.precision = Precision::float16;
  options.epochs = 20;
  expect_error_parts(ErrorKind::input, {"its gradient is", "at epoch 4, step 6"},  // 26 steps halved 65536 to 1/1024
                     [&] { Trainer(plain_net(), endless, by_rmse(), options).fit(small_data()); });
}

TEST(Precision, ResumedEndsWithTheSameBits) {
  const TempDir folder;
  for (const auto precision : {Precision::bfloat16, Precision::float16}) {
    auto options = small_options(folder / text_of(precision));
    options.precision = precision;
    expect_same_when_cut(steep, options);
  }
}
