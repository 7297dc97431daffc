// Lowering to the graph, and the costs computed from it.
#include <gtest/gtest.h>

#include "reszoo/graph/profile.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/zoo/registry.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(Profile, ResNet50HasTheMultiplyAddsOfTheLiterature) {
  int64_t total = 0;
  for (const auto& stage : profile(create_model("resnet50"), {3, 224, 224})) total += stage.multiply_adds;
  EXPECT_EQ(total, 4'089'184'256);  // torchvision documents 4.09 G
}

TEST(Profile, NamesStagesInOrderWithShapes) {
  const auto stages = profile(create_model("resnet18"), {3, 224, 224});
  std::vector<std::string> names;
  for (const auto& stage : stages) names.push_back(stage.name);
  EXPECT_EQ(names, (std::vector<std::string>{"conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4",
                                             "avgpool", "flatten", "fc"}));
  EXPECT_EQ(stages[7].output, (std::vector<int64_t>{1, 512, 7, 7}));
  EXPECT_EQ(stages[10].parameters, 513'000);
}

TEST(Profile, RefusesAnInputThatTheNetworkCannotTake) {
  expect_error(ErrorKind::input, "alexnet: cannot take an input of (1, 3, 20, 20)", [] {
    profile(create_model("alexnet"), {3, 20, 20});
  });
}

namespace {
/// A user-defined module that the library does not know.
struct DoubleImpl : nn::Cloneable<DoubleImpl> {
  void reset() override {}
  Tensor forward(const Tensor& x) { return 2 * x; }
};
TORCH_MODULE(Double);
}  // namespace

TEST(Graph, KeepsAnUnknownModuleAsAnOpaqueNode) {
  auto network = create_model("cifar_resnet20");
  network->eval();
  replace_module(network, "layer2.0.relu1", Double());
  auto graph = lower(network);
  int opaque = 0;
  for (const auto& node : graph.nodes) opaque += node.op == "opaque" && node.key == "layer2.0.relu1";
  EXPECT_EQ(opaque, 1);
  torch::NoGradGuard no_grad;
  const auto x = torch::rand({1, 3, 32, 32});
  EXPECT_TRUE(torch::equal(execute(graph, x), network->forward(x)));
}
