// Activation checkpointing: the same results with less memory.
#include <c10/core/Allocator.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "reszoo/graph/graph.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Measures the memory that the CPU allocator allocates and frees while it is in scope.
class MemoryMeter : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t size, size_t, size_t, c10::Device) override {
    now_ += size;
    peak_ = std::max(peak_, now_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  int64_t now() const { return now_; }
  int64_t peak() const { return peak_; }

 private:
  int64_t now_ = 0, peak_ = 0;
};

Network build(const std::string& name, bool checkpoint) {
  if (registry().find(name).domain == Domain::tabular)
    return create_model(name, TabularOptions{.outputs = 3,
                                             .numeric = 5,
                                             .blocks = 9,
                                             .dropout = 0.3,
                                             .residual_dropout = 0.2,
                                             .checkpoint = checkpoint});
  ImageOptions options{.outputs = 3, .dropout = 0.4, .checkpoint = checkpoint};
  if (name != "alexnet") options.drop_path = 0.3, options.zero_init_residual = false;
  if (name == "resnet18") options.drop_block = 0.2;
  return create_model(name, options);
}

Tensor input_of(const std::string& name) {
  if (registry().find(name).domain == Domain::tabular) return uniform("input", {64, 5});
  const int64_t side = std::min<int64_t>(registry().find(name).input.back(), 64);
  return uniform("input", {4, 3, side, side});
}

/// Runs one training step from filled weights and seed 1. Returns the generator's next number.
double train_once(Network& network, const std::string& name) {
  fill_module(*network);
  torch::manual_seed(1);
  network->forward(input_of(name)).square().sum().backward();
  return torch::rand({1}, torch::kDouble).item<double>();
}

/// Returns the bytes that a training step holds between forward and backward, and the peak including gradients of the
/// parameters.
std::pair<int64_t, int64_t> memory_of_training(const std::string& name, bool checkpoint) {
  auto network = build(name, checkpoint);
  const auto x = input_of(name);
  const auto meter = std::make_shared<MemoryMeter>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, meter);
  const auto loss = network->forward(x).square().sum();
  const auto between = meter->now();
  loss.backward();
  return {between, meter->peak()};
}

class Checkpoint : public testing::TestWithParam<std::string> {};

}  // namespace

TEST_P(Checkpoint, ChangesNoGradientNoBufferAndNoRandomNumber) {
  auto plain = build(GetParam(), false), checkpointed = build(GetParam(), true);
  EXPECT_EQ(train_once(plain, GetParam()), train_once(checkpointed, GetParam())) << "the generator went on differently";
  const auto expected = plain->named_parameters();
  for (const auto& item : checkpointed->named_parameters())
    EXPECT_TRUE(torch::equal(item.value().grad(), expected[item.key()].grad())) << item.key();
  const auto buffers = plain->named_buffers();
  for (const auto& item : checkpointed->named_buffers())
    EXPECT_TRUE(torch::equal(item.value(), buffers[item.key()])) << item.key();
}

TEST_P(Checkpoint, KeepsLessForTheBackwardPass) {
  EXPECT_LT(memory_of_training(GetParam(), true).first,
            0.7 * static_cast<double>(memory_of_training(GetParam(), false).first));
}

INSTANTIATE_TEST_SUITE_P(Rows, Checkpoint,
                         testing::Values("resnet18", "seresnext26t_32x4d", "resnetv2_50d_gn", "alexnet",
                                         "tabular_resnet"),
                         [](const auto& name) { return name.param; });
INSTANTIATE_TEST_SUITE_P(Full, Checkpoint, testing::Values("cifar_resnet56", "cifar_preact_resnet164"),
                         [](const auto& name) { return name.param; });

TEST(FullCheckpoint, OfADeepNetworkNeedsUnderHalfOfTheMemory) {
  EXPECT_LT(2 * memory_of_training("cifar_resnet110", true).second,
            memory_of_training("cifar_resnet110", false).second);
}

TEST(CheckpointOption, IsKeptByAClone) {
  auto copy = deep_copy(build("resnet18", true));
  EXPECT_TRUE(find_module(*copy, "layer3")->as<ChainImpl>()->checkpoint());
}

TEST(CheckpointOption, LeavesFeaturesAndGraphAlone) {
  auto plain = build("resnet18", false), checkpointed = build("resnet18", true);
  for (auto* network : {&plain, &checkpointed}) {
    fill_module(**network);
    (*network)->eval();
  }
  const auto x = input_of("resnet18");
  EXPECT_TRUE(torch::equal(plain->features(x, {"layer2.0", "layer4"})[1],
                           checkpointed->features(x, {"layer2.0", "layer4"})[1]));
  auto graph = lower(checkpointed);
  EXPECT_EQ(graph.nodes.size(), lower(plain).nodes.size());
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(execute(graph, x), plain->forward(x)));
}

TEST(CheckpointOption, TrainsBehindAFrozenStem) {
  auto network = build("resnet18", true);
  for (const auto* name : {"conv1", "bn1"})
    for (auto& parameter : find_module(*network, name)->parameters()) parameter.set_requires_grad(false);
  for (auto& parameter : find_module(*network, "layer2")->parameters()) parameter.set_requires_grad(false);
  network->forward(input_of("resnet18")).square().sum().backward();
  const auto parameters = network->named_parameters();
  EXPECT_TRUE(parameters["layer1.0.conv1.weight"].grad().defined());
  EXPECT_FALSE(parameters["layer2.0.conv1.weight"].grad().defined());
}

TEST(CheckpointOption, RefusesGradientsOfGradients) {
  auto network = build("resnet18", true);
  const auto x = input_of("resnet18").requires_grad_();
  const auto y = network->forward(x).sum();
  expect_error(ErrorKind::usage, "gradients of gradients need a network without checkpoint",
               [&] { torch::autograd::grad({y}, {x}, {}, std::nullopt, /*create_graph=*/true); });
}
