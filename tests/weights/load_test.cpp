// Weights into networks: what fits, what is said when it does not, TorchScript.
#include <gtest/gtest.h>
#include <torch/serialize.h>

#include <nlohmann/json.hpp>

#include "reszoo/base/file.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/safetensors.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

std::string fixture(const std::string& name) { return std::string(RESZOO_FIXTURES) + "/" + name; }

Network small_network(int64_t outputs = 3) {
  return create_model("tabular_resnet", TabularOptions{.outputs = outputs, .numeric = 8, .blocks = 2, .width = 16});
}

State copy_of(const State& state) {
  State copy;
  for (const auto& item : state) copy.insert(item.key(), item.value().clone());
  return copy;
}

}  // namespace

TEST(Load, CopiesParametersAndBuffers) {
  auto from = small_network(), to = small_network();
  fill_module(*from);
  const auto report = load_state(*to, state_of(*from));
  EXPECT_EQ(report.loaded.size(), state_of(*from).size());
  for (const auto& item : state_of(*from)) EXPECT_TRUE(torch::equal(item.value(), state_of(*to)[item.key()])) << item.key();
}

TEST(Load, ChangesNothingWhenSomethingDoesNotFit) {
  auto network = small_network();
  const auto before = copy_of(state_of(*network));
  State state;
  state.insert("input_projection.weight", torch::zeros({16, 8}));
  state.insert("input_projection.bias", torch::zeros({5}));
  state.insert("surplus", torch::zeros({1}));
  expect_error(ErrorKind::file,
               "x.pt: does not fit: 1 keys loaded, 25 missing (blocks.0.normalization.weight, "
               "blocks.0.normalization.bias, blocks.0.normalization.running_mean and 22 more), 1 unexpected (surplus), "
               "1 of another shape (input_projection.bias [16] in the network, [5] in the file)",
               [&] { load_state(*network, state, {}, "x.pt"); });
  for (const auto& item : state_of(*network)) EXPECT_TRUE(torch::equal(item.value(), before[item.key()]));

  const auto report = load_state(*network, state, {.strict = false});
  EXPECT_EQ(report.loaded, (std::vector<std::string>{"input_projection.weight"}));
  EXPECT_EQ(state_of(*network)["input_projection.weight"].abs().sum().item<float>(), 0);
}

TEST(Load, IgnoresTheHeadOfANetworkBuiltWithoutOne) {
  auto from = small_network(3), to = small_network(0);
  const auto report = load_state(*to, state_of(*from));
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.ignored.size(), 7u);
  EXPECT_EQ(report.ignored.front(), "output.normalization.weight");
}

TEST(Load, AdaptRenewsTheLastLinearLayerAlone) {
  auto from = small_network(3), to = small_network(5);
  fill_module(*from);
  EXPECT_THROW(load_state(*to, state_of(*from)), Error);
  const auto report = load_state(*to, state_of(*from), {.adapt = true});
  EXPECT_EQ(report.adapted, (std::vector<std::string>{"output.linear.weight", "output.linear.bias"}));
  EXPECT_TRUE(torch::equal(state_of(*to)["output.normalization.weight"], state_of(*from)["output.normalization.weight"]));
}

TEST(Load, TellsFilesByTheirContent) {
  TempDir folder;
  write_safetensors(folder / "weights.dat", state_of(*small_network()));
  EXPECT_EQ(detect_weights(folder / "weights.dat"), WeightsKind::safetensors);
  EXPECT_EQ(detect_weights(fixture("rtdl_scripted.pt")), WeightsKind::torchscript);
  write_file(folder / "old.pth", "\x80\x02\x8a\x0a");
  expect_error(ErrorKind::file, "old.pth: a .pth of torch.save is not read yet", [&] { read_weights(folder / "old.pth"); });
  write_file(folder / "text", "hello");
  expect_error(ErrorKind::file, "text: neither safetensors nor TorchScript", [&] { read_weights(folder / "text"); });
  expect_error(ErrorKind::file, "no such file", [&] { read_weights(folder / "none"); });
  expect_error(ErrorKind::file, "is a folder", [&] { read_weights(folder.path()); });
}

class TorchScriptFile : public testing::TestWithParam<std::string> {};

TEST_P(TorchScriptFile, LoadsIntoANetworkThatGivesItsNumbers) {
  auto network = small_network();
  EXPECT_TRUE(load_weights(*network, fixture(GetParam())).complete());
  network->eval();
  const auto x = uniform("input", {4, 8});
  const auto expected = read_fixture("rtdl_script_outputs").at("output").get<std::vector<double>>();
  expect_close(network->forward(x), expected, 1e-5);
  expect_close(ScriptModel(fixture(GetParam())).forward(x), expected, 1e-5);
  network->train();
  network->forward(x).sum().backward();
  EXPECT_TRUE(network->parameters()[0].grad().defined());
}

INSTANTIATE_TEST_SUITE_P(Files, TorchScriptFile, testing::Values("rtdl_scripted.pt", "rtdl_traced.pt"),
                         [](const auto& name) { return name.param.substr(5, name.param.size() - 8); });

TEST(TorchScript, AFrozenFileRunsButHoldsNoParameters) {
  expect_error(ErrorKind::file, "rtdl_frozen.pt: holds no parameters: it is frozen", [] { read_weights(fixture("rtdl_frozen.pt")); });
  const auto expected = read_fixture("rtdl_script_outputs").at("output").get<std::vector<double>>();
  expect_close(ScriptModel(fixture("rtdl_frozen.pt")).forward(uniform("input", {4, 8})), expected, 1e-5);
}

TEST(TorchScript, AnArchiveOfTorchSaveHasWeightsAndNoForward) {
  TempDir folder;
  auto from = small_network(), to = small_network();
  fill_module(*from);
  torch::save(from, (folder / "saved.pt").string());
  EXPECT_TRUE(load_weights(*to, folder / "saved.pt").complete());
  EXPECT_TRUE(torch::equal(state_of(*to)["input_projection.weight"], state_of(*from)["input_projection.weight"]));
  expect_error(ErrorKind::file, "has weights but no forward", [&] { ScriptModel(folder / "saved.pt"); });
}

TEST(TorchScript, DamagedFilesAndWrongInputsAreOneLine) {
  TempDir folder;
  const auto bytes = read_file(fixture("rtdl_traced.pt"));
  write_file(folder / "cut.pt", bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(read_weights(folder / "cut.pt"), Error);
  expect_error(ErrorKind::file, "cut.pt: not a TorchScript file: ", [&] { ScriptModel(folder / "cut.pt"); });
  expect_error(ErrorKind::input, "rtdl_traced.pt: cannot take an input of (4, 7)",
               [] { ScriptModel(fixture("rtdl_traced.pt")).forward(torch::rand({4, 7})); });
}
