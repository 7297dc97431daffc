// The contract of every registered model. The default run covers a few models that together have every building block
// (support/default_rows.h); the label `full` covers every combination of building blocks. The other models differ only
// in depth and width; models_test.cpp compares each with its reference. A new model with a new building block is tested
// automatically.
#include <gtest/gtest.h>
#include <torch/serialize.h>

#include <set>
#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/fusion/fused.h"
#include "reszoo/graph/graph.h"
#include "reszoo/graph/profile.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/zoo/meta_model.h"
#include "reszoo/zoo/registry.h"
#include "support/default_rows.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

class Contract : public testing::TestWithParam<std::string> {
 protected:
  /// Builds the model with three outputs and filled weights; a table has two numeric columns and two categories.
  Network build(int64_t outputs = 3) {
    const SkipInit filled_below;
    const auto& info = registry().find(GetParam());
    const auto table = TabularOptions{.outputs = outputs, .numeric = 2, .cardinalities = std::vector<int64_t>{3, 2}};
    auto network = info.domain == Domain::image ? create_model(info.name, ImageOptions{.outputs = outputs})
                                                : create_model(info.name, table);
    fill_module(*network);
    return network;
  }

  Tensor input() {
    const auto& info = registry().find(GetParam());
    if (info.domain == Domain::image) {
      auto shape = info.input;
      // Small enough to be quick, but large enough that no activation has 0 pixels. With one pixel a filter response
      // norm would keep only the sign.
      const bool small = GetParam() != "alexnet" && !GetParam().ends_with("frn");
      shape[1] = shape[2] = small ? 32 : 64;
      shape.insert(shape.begin(), 2);
      return uniform("input", shape);
    }
    return torch::tensor({{0.1f, -0.4f, 0.f, 1.f}, {0.9f, 0.3f, 2.f, -1.f}, {-1.f, 0.f, 1.f, 0.f}});
  }
};

}  // namespace

TEST_P(Contract, ForwardGivesOneRowOfOutputsPerInput) {
  auto network = build();
  const auto x = input();
  EXPECT_EQ(network->forward(x).sizes(), (std::vector<int64_t>{x.size(0), 3}));
}

TEST_P(Contract, EveryParameterGetsAGradient) {
  auto network = build();
  network->forward(input()).square().sum().backward();
  for (const auto& item : network->named_parameters()) EXPECT_TRUE(item.value().grad().defined()) << item.key();
}

TEST_P(Contract, CloneIsEqualUnsharedAndDrawsNothing) {
  auto network = build();
  find_module(*network, state_of(*network)[0].key().substr(0, state_of(*network)[0].key().rfind('.')))->eval();
  network->parameters()[0].set_requires_grad(false);
  torch::manual_seed(7);
  const auto expected = torch::rand(3);
  torch::manual_seed(7);
  auto copy = deep_copy(network);
  EXPECT_TRUE(torch::equal(torch::rand(3), expected)) << "cloning drew from the generator";

  const auto from = state_of(*network), to = state_of(*copy);
  ASSERT_EQ(from.keys(), to.keys());
  for (const auto& item : from) {
    EXPECT_TRUE(torch::equal(item.value(), to[item.key()])) << item.key();
    EXPECT_NE(item.value().data_ptr(), to[item.key()].data_ptr()) << item.key();
  }
  EXPECT_FALSE(copy->parameters()[0].requires_grad());
  const auto modules = network->modules(), copies = copy->modules();
  for (size_t i = 0; i < modules.size(); ++i) EXPECT_EQ(modules[i]->is_training(), copies[i]->is_training());
}

TEST_P(Contract, TorchSaveAndLoadRestoreEveryNumber) {
  auto network = build(), other = build();
  network->eval();
  other->eval();
  torch::NoGradGuard no_grad;
  for (auto& item : state_of(*other)) item.value().mul_(2);
  std::stringstream stream;
  torch::save(network, stream);
  torch::load(other, stream);
  EXPECT_TRUE(torch::equal(network->forward(input()), other->forward(input())));
}

TEST_P(Contract, IdentityHeadMakesForwardTheFeatures) {
  auto network = build();
  network->eval();
  torch::NoGradGuard no_grad;
  const auto features = network->features(input());
  EXPECT_EQ(features.dim(), 2);
  network->replace_head(nn::Identity());
  EXPECT_TRUE(torch::equal(network->forward(input()), features));
  EXPECT_FALSE(network->has_head());
  EXPECT_EQ(build(0)->forward(input()).sizes(), features.sizes());
}

TEST_P(Contract, StepsByNameAreThoseOfTheRun) {
  auto network = build();
  network->eval();
  torch::NoGradGuard no_grad;
  const auto last = network->parts().body.back().name();
  const auto outputs = network->features(input(), {last, network->parts().body.front().name()});
  EXPECT_TRUE(torch::equal(outputs[0], network->forward_features(input())));
}

TEST_P(Contract, LoweredGraphGivesTheSameNumbers) {
  auto network = build();
  network->eval();
  torch::NoGradGuard no_grad;
  auto graph = lower(network);
  for (const auto& node : graph.nodes) EXPECT_NE(node.op, "opaque") << node.key;
  EXPECT_TRUE(torch::equal(execute(graph, input()), network->forward(input())));
}

TEST_P(Contract, FusedEqualsPlain) {
  auto network = build();
  network->eval();
  torch::NoGradGuard no_grad;
  const auto fused = fuse(network), direct = fuse(network, {.winograd = false});
  constexpr double kOutputs = 1e-4, kInner = 5e-4;  // outputs are sums of many hidden values
  const auto expect_near = [](const Tensor& actual, const Tensor& expected, double tolerance, const std::string& what) {
    ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
    EXPECT_LE((actual - expected).abs().max().item<float>(), tolerance * expected.abs().max().item<float>()) << what;
  };
  expect_near(fused.forward(input()), network->forward(input()), kOutputs, "forward");
  expect_near(direct.forward(input()), network->forward(input()), kOutputs, "without Winograd");
  expect_near(fused.features(input()), network->features(input()), kInner, "features");
  std::vector<std::string> names;
  for (const auto& [name, node] : lower(network).steps) names.push_back(name);
  const auto expected = network->features(input(), names), actual = fused.features(input(), names);
  for (size_t i = 0; i < names.size(); ++i) expect_near(actual[i], expected[i], kInner, names[i]);
  EXPECT_TRUE(torch::equal(fused.forward(input()), fused.forward(input()))) << "a second call";
}

TEST_P(Contract, ReducedPrecisionStaysNearPlain) {
  auto network = build();
  network->eval();
  torch::NoGradGuard no_grad;
  const auto exact = network->features(input());
  const auto error_of = [&](const FuseOptions& options) {
    const auto fused = fuse(network, options);
    EXPECT_TRUE(torch::equal(fused.forward(input()), fused.forward(input()))) << "a second call";
    return ((fused.features(input()) - exact).norm() / exact.norm()).item<double>();
  };
  EXPECT_LE(error_of({.precision = Precision::bfloat16}), 0.1);
  Calibration calibration(network);
  calibration.add(input());
  EXPECT_LE(error_of({.precision = Precision::int8, .quantization = calibration.result()}), 0.2);
}

TEST_P(Contract, ProfileCountsEveryParameterOnce) {
  auto network = build();
  int64_t parameters = 0;
  const auto x = input();
  for (const auto& stage : profile(network, x.sizes().slice(1).vec())) parameters += stage.parameters;
  EXPECT_EQ(parameters, count_parameters(*network));
}

TEST_P(Contract, WrongInputIsRefusedAtTheDoor) {
  auto network = build();
  const auto x = input();
  const auto wrong = torch::cat({x, x}, 1);
  try {
    network->forward(wrong);
    FAIL() << "took the wrong number of channels";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(GetParam() + ": input must be " + network->input_spec().text()),
              std::string::npos)
        << error.what();
  }
  EXPECT_THROW(network->forward(x[0]), Error);
}

INSTANTIATE_TEST_SUITE_P(Rows, Contract, testing::ValuesIn(split_models().by_default),
                         [](const auto& name) { return name.param; });
INSTANTIATE_TEST_SUITE_P(Full, Contract, testing::ValuesIn(split_models().full),
                         [](const auto& name) { return name.param; });

// Detects a module type that ModelInfo::parts does not name.
TEST(DefaultRows, HaveEveryPartAndModuleTypeOfTheRegistry) {
  const auto add = [](std::set<std::string>& seen, const std::string& name) {
    const auto& parts = registry().find(name).parts;
    seen.insert(parts.begin(), parts.end());
    const auto outline = create_meta_model(name, default_options(registry().find(name).domain));
    for (const auto& module : outline->modules()) seen.insert(module->name());
  };
  std::set<std::string> of_default, of_all;
  for (const auto& name : split_models().by_default) add(of_default, name);
  for (const auto& name : registry().names()) add(of_all, name);
  EXPECT_EQ(of_default, of_all);
}
