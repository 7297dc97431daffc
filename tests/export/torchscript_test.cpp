// Exports to TorchScript: read, run, and rejected where the result would be wrong.
#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>
#include <torch/script.h>

#include "cases.h"
#include "reszoo/export/torchscript.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/nn/keras.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/weights/load.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// A network of one module on images of 3 channels.
Network network_around(AnyModule module) {
  return Network(NetworkParts{.name = "small",
                              .input = {Layout::images, 3},
                              .body = {{"step", std::move(module)}},
                              .pool = {{"avgpool", nn::AdaptiveAvgPool2d(1)}, {"flatten", nn::Flatten()}},
                              .head = {"head", nn::Identity()},
                              .classifier = "head"});
}

void expect_same_answer(const ScriptModel& script, Network network, const Tensor& input) {
  torch::NoGradGuard no_grad;
  network->eval();
  const auto wanted = network->forward(input), found = script.forward(input);
  ASSERT_EQ(found.sizes(), wanted.sizes());
  EXPECT_LE((found - wanted).abs().max().item<double>(), 1e-6 * wanted.abs().max().item<double>());
}

/// A user-defined module that calls its convolution directly and has a number as a constant.
struct OwnImpl : nn::Cloneable<OwnImpl> {
  OwnImpl() { reset(); }
  void reset() override {
    inner = register_module("inner", nn::Conv2d(nn::Conv2dOptions(3, 4, 3)));
    scale = register_buffer("scale", torch::tensor(2.f));
    shift = torch::tensor(0.5f);
  }
  Tensor forward(const Tensor& x) { return torch::dropout(inner(x) * scale, 0.5, is_training()).tanh() + shift; }
  nn::Conv2d inner{nullptr};
  Tensor scale, shift;
};
TORCH_MODULE(Own);

/// A module that converts the batch size to an integer.
struct StubbornImpl : nn::Cloneable<StubbornImpl> {
  void reset() override {}
  Tensor forward(const Tensor& x) { return x.reshape({x.size(0), 3, -1, 1}); }
};
TORCH_MODULE(Stubborn);

struct UncopiedImpl : nn::Module {
  Tensor forward(const Tensor& x) { return x; }
};
TORCH_MODULE(Uncopied);

}  // namespace

class ScriptParts : public testing::TestWithParam<ExportCase> {};

TEST_P(ScriptParts, HasTheKeysAndAnswersForOtherBatchesAndSizes) {
  const TempDir folder;
  auto network = GetParam().build_filled();
  export_torchscript(network, folder / "network.pt");
  const auto state = read_weights(folder / "network.pt");
  ASSERT_EQ(state.keys(), state_of(*network).keys());
  for (const auto& item : state_of(*network)) EXPECT_TRUE(torch::equal(state[item.key()], item.value())) << item.key();
  const ScriptModel script(folder / "network.pt");
  expect_same_answer(script, network, export_input(GetParam(), network, 1, 32, 32));
  expect_same_answer(script, network, export_input(GetParam(), network, 5, 41, 26));
}

INSTANTIATE_TEST_SUITE_P(Cases, ScriptParts, testing::ValuesIn(other_parts()),
                         [](const auto& item) { return item.param.label; });

TEST(Script, HasNoDropoutAndNamesModulesByTheirKind) {
  const TempDir folder;
  export_torchscript(create_model("tabular_resnet", TabularOptions{.blocks = 1, .dropout = 0.5}),
                     folder / "network.pt");
  auto script = torch::jit::load((folder / "network.pt").string());
  EXPECT_EQ(script.get_method("forward").graph()->toString().find("dropout"), std::string::npos);
  EXPECT_FALSE(script.is_training());
  EXPECT_EQ(script.type()->name()->name(), "Network");
  EXPECT_EQ(script.attr("blocks").toModule().attr("0").toModule().type()->name()->name(), "ResidualBlock");
}

TEST(Script, KeepsTheTypeOfNumbersAndTheTextsGiven) {
  const TempDir folder;
  auto network = create_model("cifar_resnet20");
  network->to(torch::kDouble);
  export_torchscript(network, folder / "network.pt", {.metadata = {{"card", "a text"}}});
  const auto input = uniform("input", {2, 3, 32, 32}).to(torch::kDouble);
  EXPECT_EQ(ScriptModel(folder / "network.pt").forward(input).scalar_type(), torch::kDouble);
  torch::jit::ExtraFilesMap texts{{"card", ""}};
  torch::jit::load((folder / "network.pt").string(), torch::kCPU, texts);
  EXPECT_EQ(texts["card"], "a text");
}

TEST(Script, LeavesTheNetworkAndTheGeneratorsAsTheyWere) {
  const TempDir folder;
  auto network = create_model("cifar_resnet20");
  find_module(*network, "bn1")->eval();
  const auto before = state_of(*network)["bn1.running_mean"].clone();
  torch::manual_seed(7);
  const auto expected = torch::rand(3);
  torch::manual_seed(7);
  export_torchscript(network, folder / "network.pt");
  EXPECT_TRUE(torch::equal(torch::rand(3), expected));
  EXPECT_TRUE(network->is_training());
  EXPECT_FALSE(find_module(*network, "bn1")->is_training());
  EXPECT_TRUE(network->parameters()[0].requires_grad());
  EXPECT_TRUE(torch::equal(state_of(*network)["bn1.running_mean"], before));
}

TEST(Script, HoldsModulesOfAUsersOwn) {
  const TempDir folder;
  auto network = network_around(AnyModule(Own()));
  export_torchscript(network, folder / "network.pt");
  EXPECT_EQ(read_weights(folder / "network.pt").keys(),
            (std::vector<std::string>{"step.scale", "step.inner.weight", "step.inner.bias"}));
  expect_same_answer(ScriptModel(folder / "network.pt"), network, uniform("input", {3, 3, 20, 9}));
  auto script = torch::jit::load((folder / "network.pt").string());
  EXPECT_EQ(script.get_method("forward").graph()->toString().find("dropout"), std::string::npos);
}

TEST(Script, ASizeThatBecameAConstantIsAnErrorAndLeavesNoFile) {
  const TempDir folder;
  const auto path = folder / "network.pt";
  expect_error_parts(ErrorKind::input,
                     {"small: as TorchScript it does not do what the network does for an input of (3, 3, 64, 64)",
                      "a module that reads a size as a number"},
                     [&] { export_torchscript(network_around(AnyModule(Stubborn())), path); });
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Script, PaddingThatFollowsTheSizeIsForOneSize) {
  const TempDir folder;
  auto network = network_around(AnyModule(keras_residual_block(3, 8, /*downsample=*/true)));
  const auto path = folder / "network.pt";
  const std::vector<int64_t> odd{3, 33, 35};
  expect_error(ErrorKind::input, "any_size=false is for files of one size", [&] {
    export_torchscript(network, path, {.input = {3, 31, 64}});
  });
  export_torchscript(network, path, {.input = odd, .any_size = false});
  expect_same_answer(ScriptModel(path), network, uniform("input", {1, 3, 33, 35}));
}

TEST(Script, AModuleThatCannotBeCopiedIsNamed) {
  const TempDir folder;
  expect_error_parts(ErrorKind::input, {"small: cannot be copied for an export: ", "Uncopied"},
                     [&] { export_torchscript(network_around(AnyModule(Uncopied())), folder / "network.pt"); });
}

TEST(Script, AnInputThatDoesNotFitIsNamed) {
  const TempDir folder;
  expect_error(ErrorKind::input, "alexnet: cannot take an input of (N, 3, 20, 20)", [&] {
    export_torchscript(create_model("alexnet"), folder / "network.pt", {.input = {3, 20, 20}});
  });
}
