// Properties of fused networks other than their outputs, which the tests of the zoo compare for every model.
#include "reszoo/fusion/fused.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <atomic>
#include <thread>

#include "reszoo/base/error.h"
#include "reszoo/graph/profile.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Network filled(const std::string& name, const ModelOptions& options) {
  auto network = create_model(name, options);
  fill_module(*network);
  network->eval();
  return network;
}

Network small() { return filled("resnet18", ImageOptions{.outputs = 5}); }
Network table() {
  return filled("tabular_resnet", TabularOptions{.outputs = 2, .numeric = 3, .cardinalities = std::vector<int64_t>{4}});
}

/// Rows of three numbers and a category code.
Tensor rows(int64_t count) {
  auto x = uniform("rows", {count, 4});
  x.select(1, 3).copy_(torch::arange(count).remainder(5) - 1);
  return x;
}

void expect_near(const Tensor& actual, const Tensor& expected, double tolerance = 1e-4) {
  ASSERT_EQ(actual.sizes(), expected.sizes());
  EXPECT_LE((actual - expected).abs().max().item<float>(), tolerance * expected.abs().max().item<float>());
}

class Fused : public testing::Test {
  torch::NoGradGuard no_grad_;
};

}  // namespace

TEST_F(Fused, FoldsNormsShortcutsAndActivations) {
  const auto steps = fuse(small()).steps({1, 3, 64, 64});
  ASSERT_EQ(steps.size(), 24u);  // input, 20 convolutions, two pools, the head
  EXPECT_EQ(steps[1].key, "conv1");
  EXPECT_EQ(steps[1].fused, (std::vector<std::string>{"bn1", "relu"}));
  EXPECT_EQ(steps[4].key, "layer1.0.conv2");
  EXPECT_EQ(steps[4].fused, (std::vector<std::string>{"layer1.0.bn2", "add", "relu"}));
  EXPECT_EQ(steps[4].output, (std::vector<int64_t>{1, 64, 16, 16}));
  for (const auto& step : steps) EXPECT_NE(step.kind, "module") << step.key;
}

TEST_F(Fused, ATableHasItsNormsInTheLayersBehindThem) {
  std::vector<std::string> norms;
  for (const auto& step : fuse(table()).steps({7, 4}))
    if (step.kind == "scale_shift") norms.push_back(step.key);
  EXPECT_EQ(norms, std::vector<std::string>{"output.normalization"});  // the norm between an addition and a ReLU
}

TEST_F(Fused, ReadsMapsInAnyOrderOfMemory) {
  auto network = small();
  const auto fused = fuse(network);
  const auto x = uniform("x", {2, 3, 40, 48}), expected = network->forward(x);
  expect_near(fused.forward(x), expected);
  const auto first = fused.forward(x);
  EXPECT_TRUE(torch::equal(fused.forward(x.contiguous(at::MemoryFormat::ChannelsLast)), first));
  EXPECT_TRUE(torch::equal(fused.forward(x.transpose(2, 3).contiguous().transpose(2, 3)), first));
  EXPECT_TRUE(torch::equal(fused.forward(torch::cat({x, x}, 3).slice(3, 0, 48)), first));
}

TEST_F(Fused, LeavesTheInputAlone) {
  const auto x = uniform("x", {1, 3, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast), before = x.clone();
  fuse(small()).forward(x);
  EXPECT_TRUE(torch::equal(x, before));
}

TEST_F(Fused, TakesOneShapeAfterTheOther) {
  auto network = small();
  const auto fused = fuse(network);
  for (int64_t side = 32; side < 32 + 12; ++side) {  // more shapes than are kept
    const auto x = uniform("x", {1 + side % 3, 3, side, 64 - side / 2});
    expect_near(fused.forward(x), network->forward(x));
  }
}

TEST_F(Fused, IsNotChangedByItsNetwork) {
  auto network = small();
  const auto fused = fuse(network);
  const auto x = uniform("x", {1, 3, 32, 32}), before = network->forward(x);
  for (auto& parameter : network->parameters()) parameter.mul_(2);
  expect_near(fused.forward(x), before);
}

TEST_F(Fused, TablesOfAnySizeRunInMicroBatches) {
  auto network = table();
  const auto fused = fuse(network);
  for (const int64_t count : {1, 2, 33, 256, 257, 1000})
    expect_near(fused.forward(rows(count)), network->forward(rows(count)));
  EXPECT_EQ(fused.forward(rows(0)).sizes(), (std::vector<int64_t>{0, 2}));
}

TEST_F(Fused, LargeBatchesRunInMicroBatches) {
  auto network = small();
  const auto x = uniform("x", {19, 3, 32, 32});
  expect_near(fuse(network).forward(x), network->forward(x));
  expect_near(fuse(network).features(x, {"layer3"})[0], network->features(x, {"layer3"})[0]);
}

TEST_F(Fused, ResultsAreOrdinaryTensors) {
  const auto features = fuse(small()).features(uniform("x", {2, 3, 32, 32}));
  EXPECT_FALSE(features.is_inference());
  const at::AutoGradMode grad(true);
  const auto weight = torch::ones({features.size(1)}, torch::requires_grad());
  features.mul(weight).sum().backward();  // a head can be trained on the features
  EXPECT_TRUE(weight.grad().defined());
}

TEST_F(Fused, ARowIsTheSameAmongAnyOthers) {
  const auto fused = fuse(table());
  const auto x = rows(700), all = fused.forward(x);
  EXPECT_TRUE(torch::equal(fused.forward(x.slice(0, 0, 301)), all.slice(0, 0, 301)));
}

TEST_F(Fused, AModuleOfTheUsersRunsAsItIs) {
  const auto own = [] {
    torch::nn::Sequential layers(torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 8, 3).padding(1)), torch::nn::Tanh());
    return layers;
  };
  struct Wrapped : torch::nn::Module {
    explicit Wrapped(torch::nn::Sequential layers) : inner(register_module("inner", std::move(layers))) {}
    Tensor forward(const Tensor& x) { return inner->forward(x); }
    torch::nn::Sequential inner;
  };
  Network network(NetworkParts{.name = "own",
                               .input = {Layout::images, 3},
                               .body = {{"conv", AnyModule(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 8, 3)))},
                                        {"mine", AnyModule(std::make_shared<Wrapped>(own()))}},
                               .pool = {},
                               .head = {"fc", AnyModule(torch::nn::Identity())}});
  network->eval();
  const auto fused = fuse(network, {.share_weights = true});  // this kind of module cannot be copied
  const auto x = uniform("x", {2, 3, 12, 12});
  expect_near(fused.forward(x), network->forward(x));
  EXPECT_EQ(fused.steps({2, 3, 12, 12}).back().kind, "module");
}

TEST_F(Fused, SequencesAreALayoutLikeImages) {
  Network network(
      NetworkParts{.name = "sequences",
                   .input = {Layout::sequences, 3},
                   .body = {{"conv", AnyModule(nn::Conv1d(nn::Conv1dOptions(3, 16, 7).stride(2).padding(3)))},
                            {"norm", AnyModule(nn::BatchNorm1d(16))},
                            {"act", AnyModule(nn::ReLU())},
                            {"block", AnyModule(residual(nn::Conv1d(nn::Conv1dOptions(16, 16, 3).padding(1))))}},
                   .pool = {{"pool", AnyModule(nn::AdaptiveAvgPool1d(1))}, {"flatten", AnyModule(nn::Flatten())}},
                   .head = {"fc", AnyModule(nn::Linear(16, 4))},
                   .classifier = "fc"});
  fill_module(*network);
  network->eval();
  const auto fused = fuse(network);
  EXPECT_EQ(fused.steps({1, 3, 50}).size(), 5u);  // input, two convolutions, pool, head
  for (const int64_t count : {1, 5, 19}) {
    const auto x = uniform("x", {count, 3, 50});
    expect_near(fused.forward(x), network->forward(x));
    expect_near(fused.features(x, {"act"})[0], network->features(x, {"act"})[0]);
  }
}

TEST_F(Fused, AlgorithmsCanBePinned) {
  auto network = small();
  const auto fused = fuse(network, {.algorithms = {{"layer1.0.conv1", "direct"}, {"layer1.0.conv2", "winograd:12"}}});
  for (const auto& step : fused.steps({1, 3, 64, 64})) {
    if (step.key == "layer1.0.conv1") EXPECT_EQ(step.algorithm, "direct");
    if (step.key == "layer1.0.conv2") EXPECT_EQ(step.algorithm, "winograd:12");
  }
  const auto x = uniform("x", {1, 3, 64, 64});
  expect_near(fused.forward(x), network->forward(x));
}

TEST_F(Fused, PinnedAlgorithmsGiveTheSameBitsAgain) {
  auto network = filled("seresnet18", ImageOptions{.outputs = 5});
  const auto x = uniform("x", {1, 3, 64, 64});
  const auto tuned = fuse(network, {.autotune = true});
  const auto algorithms = tuned.algorithms({1, 3, 64, 64});
  EXPECT_EQ(algorithms.size(), 20u + 1 + 2 * 8);  // convolutions, head, attention
  EXPECT_TRUE(torch::equal(fuse(network, {.algorithms = algorithms}).forward(x), tuned.forward(x)));
}

TEST_F(Fused, AutotunedEqualsTheNetwork) {
  auto network = small();
  const auto x = uniform("x", {1, 3, 64, 64});
  const auto tuned = fuse(network, {.autotune = true});
  expect_near(tuned.forward(x), network->forward(x));
  EXPECT_TRUE(torch::equal(tuned.forward(x), tuned.forward(x)));
}

TEST_F(Fused, RefusesInOneLine) {
  auto network = small();
  const auto fused = fuse(network);
  expect_error(ErrorKind::input, "resnet18: input must be (N, 3, H, W), got (1, 4, 8, 8)", [&] {
    fused.forward(torch::zeros({1, 4, 8, 8}));
  });
  expect_error(ErrorKind::input, "resnet18: the fused network reads Float on cpu, got Double on cpu", [&] {
    fused.forward(torch::zeros({1, 3, 8, 8}, torch::kDouble));
  });
  expect_error(ErrorKind::input, "conv1: cannot be run on (1, 3, 0, 8)", [&] {
    fused.forward(torch::zeros({1, 3, 0, 8}));
  });
  expect_error(ErrorKind::usage, "no step \"layer7\"", [&] { fused.features(torch::zeros({1, 3, 8, 8}), {"layer7"}); });
  expect_error(ErrorKind::usage, "no convolution or linear layer \"layer1.0.conv9\"; did you mean layer1.0.conv", [&] {
    fuse(network, {.algorithms = {{"layer1.0.conv9", "direct"}}});
  });
  expect_error(ErrorKind::usage, "got \"magic\"", [&] { fuse(network, {.algorithms = {{"conv1", "magic"}}}); });
  expect_error(ErrorKind::usage, "fuse: conv1 cannot be run by \"winograd\"", [&] {
    fuse(network, {.algorithms = {{"conv1", "winograd"}}}).forward(torch::zeros({1, 3, 32, 32}));
  });
  network->to(torch::kDouble);
  expect_error(ErrorKind::device, "a network of float32 on the CPU, or of one floating type on a GPU, can be fused",
               [&] { fuse(network); });
}

TEST_F(Fused, ProfileHasATimeForEachStep) {
  auto network = small();
  int64_t multiply_adds = 0, expected = 0;
  for (const auto& step : fuse(network).profile(uniform("x", {1, 3, 32, 32}), 3)) {
    EXPECT_GE(step.seconds, 0) << step.key;
    multiply_adds += step.multiply_adds;
  }
  for (const auto& stage : profile(network, {3, 32, 32})) expected += stage.multiply_adds;
  EXPECT_EQ(multiply_adds, expected);
}

// Calls with several shapes and sets of features from many threads at once: each result equals that of a separate call.
TEST_F(Fused, ManyThreadsMayCall) {
  auto network = small();
  const auto fused = fuse(network);
  struct Call {
    Tensor x, outputs, layer2;
  };
  std::vector<Call> calls;
  for (int64_t i = 0; i < 10; ++i) {  // more shapes than are kept
    const auto x = uniform("x" + std::to_string(i), {1 + i % 2, 3, 32 + 4 * i, 32});
    calls.push_back({x, fused.forward(x), fused.features(x, {"layer2"})[0]});
  }
  const auto other = fuse(network);  // has no execution plan and no packed weights yet
  std::atomic<int64_t> wrong = 0, done = 0;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      at::set_num_threads(1 + static_cast<int>(t % 2));
      for (size_t i = 0; i < 20; ++i) {
        const auto& call = calls[(t * 3 + i) % calls.size()];
        if (!torch::equal(other.forward(call.x), call.outputs)) ++wrong;
        if (!torch::equal(other.features(call.x, {"layer2"})[0], call.layer2)) ++wrong;
        ++done;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 160);
  EXPECT_EQ(wrong, 0);
}

TEST_F(Fused, RunsOnAGpu) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no CUDA device";
  for (const auto* name : {"resnet18", "seresnet50", "resnetv2_50", "alexnet"}) {
    auto network = filled(name, ImageOptions{.outputs = 5});
    const auto x = uniform("x", {2, 3, 64, 64});
    const auto expected = network->forward(x);
    network->to(torch::kCUDA);
    for (const auto& [precision, tolerance] : {std::pair{Precision::float32, 1e-2}, std::pair{Precision::float16, 3e-2},
                                               std::pair{Precision::bfloat16, 0.2}})
      expect_near(fuse(network, {.precision = precision}).forward(x.cuda()).cpu(), expected, tolerance);
    network->to(torch::kHalf);
    const auto fused = fuse(network);
    EXPECT_EQ(fused.precision(), Precision::float16);
    expect_near(fused.forward(x.cuda().to(torch::kHalf)).cpu().to(torch::kFloat), expected, 3e-2);
  }
}
