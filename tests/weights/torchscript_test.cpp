// TorchScript files from Python and C++: reading their weights, and running them.
#include "reszoo/weights/torchscript.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/serialize.h>

#include <nlohmann/json.hpp>

#include "reference/fill.h"
#include "reszoo/base/atomic_file.h"
#include "reszoo/infer/script_model.h"
#include "reszoo/weights/load.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

const std::filesystem::path kFixtures = RESZOO_FIXTURES;

nlohmann::json expected() { return nlohmann::json::parse(read_file(kFixtures / "rtdl_script_outputs.json")); }

}  // namespace

class TorchScriptFile : public testing::TestWithParam<const char*> {};

TEST_P(TorchScriptFile, HasTheKeysAndValuesOfStateDict) {
  const auto path = kFixtures / GetParam();
  EXPECT_EQ(detect_weights(path), WeightsKind::torchscript);
  const auto state = read_weights(path);
  const auto keys = expected()["keys"];
  ASSERT_EQ(state.size(), keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(state[i].key(), keys[i][0].get<std::string>());
    const auto shape = keys[i][1].get<std::vector<int64_t>>();
    EXPECT_TRUE(torch::equal(state[i].value(), fill(state[i].key(), shape))) << state[i].key();
  }
}

INSTANTIATE_TEST_SUITE_P(Python, TorchScriptFile, testing::Values("rtdl_scripted.pt", "rtdl_traced.pt"));

TEST(TorchScript, AFrozenFileHoldsNoParametersAndSaysSo) {
  expect_error(
      ErrorKind::file,
      "is a frozen TorchScript file, which holds no parameters; export the model unfrozen, or run it with ScriptModel",
      [] { read_weights(kFixtures / "rtdl_frozen.pt"); });
}

TEST(TorchScript, AnArchiveOfTorchSaveIsReadInOrder) {
  const TempDir folder;
  nn::Sequential from(nn::Linear(3, 4), nn::BatchNorm1d(4)), to(nn::Linear(3, 4), nn::BatchNorm1d(4));
  torch::save(from, folder / "cpp.pt");
  EXPECT_EQ(read_weights(folder / "cpp.pt").keys(), state_of(*from).keys());
  EXPECT_TRUE(load_weights(to, folder / "cpp.pt").complete());
  EXPECT_TRUE(torch::equal(to->parameters()[0], from->parameters()[0]));
  EXPECT_FALSE(ScriptModel(folder / "cpp.pt").has_forward());
  expect_error(ErrorKind::usage, "cpp.pt: has no forward to run", [&] {
    ScriptModel(folder / "cpp.pt").forward(torch::ones({1, 3}));
  });
}

TEST(TorchScript, OtherFilesAreRefusedInOneLine) {
  const TempDir folder;
  write_file(folder / "text", "hello, world");
  expect_error(ErrorKind::file, "text: cannot be read as TorchScript: it is no zip archive",
               [&] { read_torchscript(folder / "text"); });
  expect_error(ErrorKind::file, "text: cannot be read as TorchScript", [&] { ScriptModel model(folder / "text"); });
  expect_error(ErrorKind::file, "none: cannot be opened (No such file", [&] { read_torchscript(folder / "none"); });
  const auto bytes = read_file(kFixtures / "rtdl_scripted.pt");
  write_file(folder / "half", bytes.substr(0, bytes.size() / 2));
  expect_error(ErrorKind::file, "half: ", [&] { read_weights(folder / "half"); });
}

TEST(ScriptModel, RunsScriptedTracedAndFrozenFiles) {
  const auto input = uniform("input", {4, 8});
  const auto want = torch::tensor(expected()["output"].get<std::vector<double>>()).to(torch::kFloat);
  for (const auto* file : {"rtdl_scripted.pt", "rtdl_traced.pt", "rtdl_frozen.pt"}) {
    SCOPED_TRACE(file);
    const ScriptModel model(kFixtures / file);
    EXPECT_TRUE(model.has_forward());
    const auto output = model.forward(input);
    EXPECT_FALSE(output.requires_grad());
    EXPECT_EQ(output.sizes(), (std::vector<int64_t>{4, 3}));
    EXPECT_TRUE(torch::allclose(output.flatten(), want, 1e-5, 1e-6)) << output;
  }
}

TEST(ScriptModel, DamageIsNoticedBeforeAnythingRuns) {
  const TempDir folder;
  auto content = read_file(kFixtures / "rtdl_scripted.pt");
  const auto bias = fill("input_projection.bias", {16});
  content[content.find(std::string(static_cast<const char*>(bias.const_data_ptr()), bias.nbytes()))] ^= 1;
  write_file(folder / "f", content);
  for (const auto read : {+[](const std::filesystem::path& path) { read_weights(path); },
                          +[](const std::filesystem::path& path) { ScriptModel model(path); }})
    expect_error(ErrorKind::file, "f: entry \"rtdl_scripted/data/1\" is damaged, its CRC-32 is",
                 [&] { read(folder / "f"); });
  EXPECT_NO_THROW(ScriptModel(folder / "f", torch::kCPU, /*verify=*/false));
}

TEST(ScriptModel, AnInputThatDoesNotFitIsOneLine) {
  const ScriptModel model(kFixtures / "rtdl_scripted.pt");
  expect_error(ErrorKind::input, "rtdl_scripted.pt: forward failed: ", [&] { model.forward(torch::ones({4, 9})); });
}
