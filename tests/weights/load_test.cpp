// Loading first compares all keys, then copies; the report lists what did not match.
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <nlohmann/json.hpp>

#include "reszoo/base/atomic_file.h"
#include "reszoo/nn/network.h"
#include "reszoo/weights/load.h"
#include "reszoo/weights/model_file.h"
#include "reszoo/weights/safetensors.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Network small_network(int64_t outputs) {
  NetworkParts parts{
      .name = "small",
      .input = {Layout::features, 3},
      .body = {{"linear", nn::Linear(3, 4)}, {"bn", nn::BatchNorm1d(4)}},
      .pool = {},
      .head = {"fc", nn::Linear(4, outputs)},
      .classifier = "fc",
  };
  return Network(std::move(parts));
}

StateDict copy_of(const nn::Module& module) {
  StateDict state("key");
  for (const auto& item : state_of(module)) state.insert(item.key(), item.value().detach().clone());
  return state;
}

StateDict without(const StateDict& state, const std::string& key) {
  StateDict rest("key");
  for (const auto& item : state)
    if (item.key() != key) rest.insert(item.key(), item.value());
  return rest;
}

bool equal(const StateDict& a, const StateDict& b) {
  return a.keys() == b.keys() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
           return torch::equal(x.value(), y.value());
         });
}

}  // namespace

TEST(StateDict, HasTheOrderOfStateDictAndAliasesTheModule) {
  auto network = small_network(2);
  const auto state = state_of(*network);
  EXPECT_EQ(state.keys(),
            (std::vector<std::string>{"linear.weight", "linear.bias", "bn.weight", "bn.bias", "bn.running_mean",
                                      "bn.running_var", "bn.num_batches_tracked", "fc.weight", "fc.bias"}));
  EXPECT_TRUE(state["fc.bias"].is_same(network->named_parameters()["fc.bias"]));
}

TEST(Load, ParametersAndBuffersAreCopiedAndConverted) {
  auto from = small_network(2), to = small_network(2);
  from->named_buffers()["bn.running_mean"].fill_(7);
  StateDict state("key");
  for (const auto& item : state_of(*from))
    state.insert(item.key(), item.value().is_floating_point() ? item.value().to(torch::kDouble) : item.value());
  const auto report = load_state(to, state);
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.loaded.size(), 9u);
  EXPECT_TRUE(equal(state_of(*to), state_of(*from)));
  EXPECT_TRUE(to->parameters()[0].requires_grad());
  EXPECT_EQ(to->parameters()[0].scalar_type(), torch::kFloat);
}

TEST(Load, AssignedWeightsAreThoseOfTheFile) {
  const TempDir folder;
  auto from = small_network(2);
  from->parameters()[0].data()[0][0] = 0.5;
  write_safetensors(folder / "a.safetensors", state_of(*from));
  const auto bytes = Bytes::map(folder / "a.safetensors");
  auto to = small_network(2);
  const auto handle = to->parameters()[0];
  EXPECT_TRUE(load_weights(to, bytes, {.assign = true}).complete());
  EXPECT_TRUE(equal(state_of(*to), state_of(*from)));
  EXPECT_TRUE(handle.requires_grad() && handle.is_same(to->parameters()[0]));
  const auto* place = static_cast<const char*>(handle.const_data_ptr());
  EXPECT_TRUE(place >= bytes.view().data() && place < bytes.view().data() + bytes.size());
  // The module may be trained: its pages are its own.
  {
    const torch::NoGradGuard no_grad;
    handle.fill_(3);
  }
  EXPECT_FALSE(equal(state_of(*to), state_of(*from)));
  EXPECT_TRUE(equal(read_safetensors(folder / "a.safetensors").tensors, state_of(*from)));
}

TEST(Load, AssignedWeightsOfAnotherFormAreConverted) {
  auto from = small_network(2), to = small_network(2);
  StateDict state("key");
  for (const auto& item : state_of(*from)) {
    auto value = item.value().detach();
    if (value.is_floating_point()) value = value.to(torch::kHalf);
    state.insert(item.key(), value.dim() == 2 ? value.t().contiguous().t() : value);  // other strides
  }
  load_state(to, state, {.assign = true});
  for (const auto& item : state_of(*to)) {
    EXPECT_TRUE(torch::equal(item.value(), state[item.key()].to(item.value().scalar_type()))) << item.key();
    EXPECT_TRUE(item.value().is_contiguous()) << item.key();
  }
}

TEST(Load, DifferencesThrowAndLeaveTheModuleUnchanged) {
  auto from = small_network(5), to = small_network(2);
  auto state = without(copy_of(*from), "linear.bias");
  state.insert("linear.extra", torch::ones(2));
  const auto before = copy_of(*to);
  expect_error(ErrorKind::file,
               "f: keys do not fit small: 6 loaded; 1 missing: linear.bias; 1 unexpected: linear.extra; 2 mismatched: "
               "fc.weight expected (2, 4) found (5, 4), fc.bias expected (2) found (5)\n"
               "  fc.weight     expected (2, 4), found (5, 4)\n"
               "  fc.bias       expected (2), found (5)\n"
               "  linear.bias   not in the file\n"
               "  linear.extra  not in the model",
               [&] { load_state(to, state, {}, "f"); });
  EXPECT_TRUE(equal(before, state_of(*to)));

  const auto report = load_state(to, state, {.strict = false});
  EXPECT_FALSE(report.complete());
  EXPECT_TRUE(torch::equal(state_of(*to)["linear.weight"], state["linear.weight"]));
  EXPECT_TRUE(torch::equal(state_of(*to)["fc.weight"], before["fc.weight"]));
}

TEST(Load, AdaptRenewsTheLastLayerAlone) {
  auto from = small_network(5), to = small_network(2);
  const auto before = copy_of(*to);
  const auto report = load_state(to, copy_of(*from), {.adapt = true});
  EXPECT_EQ(report.adapted, (std::vector<std::string>{"fc.weight", "fc.bias"}));
  EXPECT_TRUE(report.complete());
  EXPECT_TRUE(torch::equal(state_of(*to)["fc.weight"], before["fc.weight"]));
  EXPECT_TRUE(torch::equal(state_of(*to)["linear.weight"], state_of(*from)["linear.weight"]));

  auto state = without(copy_of(*from), "linear.bias");
  state.insert("linear.bias", torch::ones(9));
  expect_error(ErrorKind::file, "linear.bias expected (4) found (9)", [&] { load_state(to, state, {.adapt = true}); });
}

TEST(Load, AdaptTakesAnotherNumberOfInputChannels) {
  const auto weight = torch::arange(6, torch::kFloat).view({1, 3, 1, 2});
  const auto loaded_for = [&](int64_t channels) {
    Network network(NetworkParts{.name = "small",
                                 .input = {Layout::images, channels},
                                 .body = {{"conv", nn::Conv2d(nn::Conv2dOptions(channels, 1, {1, 2}).bias(false))}},
                                 .pool = {{"flatten", nn::Flatten()}},
                                 .head = {"fc", nn::Linear(1, 1)},
                                 .classifier = "fc"});
    auto state = copy_of(*network);
    state["conv.weight"] = weight;
    expect_error(ErrorKind::file, "conv.weight expected (1, ", [&] { load_state(network, state); });
    EXPECT_EQ(load_state(network, state, {.adapt = true}).adapted, std::vector<std::string>{"conv.weight"});
    return state_of(*network)["conv.weight"].detach().flatten().clone();
  };
  EXPECT_TRUE(torch::equal(loaded_for(1), torch::tensor({6.f, 9.f})));
  EXPECT_TRUE(torch::allclose(loaded_for(2), torch::tensor({0.f, 1.f, 2.f, 3.f}) * 1.5));
  EXPECT_TRUE(torch::allclose(loaded_for(5), torch::tensor({0.f, 1.f, 2.f, 3.f, 4.f, 5.f, 0.f, 1.f, 2.f, 3.f}) * 0.6));
}

TEST(Load, AHeadThatIsNotThereIsNotMissed) {
  auto from = small_network(5), to = small_network(5);
  to->replace_head(nn::Identity());
  EXPECT_EQ(load_state(to, copy_of(*from)).ignored, (std::vector<std::string>{"fc.weight", "fc.bias"}));
  nn::Sequential wrapped(to);  // also inside a user-defined module
  StateDict state("key");
  for (const auto& item : copy_of(*from)) state.insert("0." + item.key(), item.value());
  EXPECT_EQ(load_state(wrapped, state).ignored, (std::vector<std::string>{"0.fc.weight", "0.fc.bias"}));
}

TEST(Load, FilesWithoutBatchCountersAreComplete) {
  auto network = small_network(2);
  const auto report = load_state(network, without(copy_of(*network), "bn.num_batches_tracked"));
  EXPECT_EQ(report.ignored, (std::vector<std::string>{"bn.num_batches_tracked"}));
}

TEST(Load, TheReportIsATableAndJson) {
  const LoadReport report{.loaded = {"a"}, .missing = {"b", "c", "d", "e"}, .mismatched = {{"m", {2}, {3, 1}}}};
  EXPECT_EQ(report.text(),
            "loaded         1\n"
            "missing        4  b, c, d and 1 more\n"
            "mismatched     1  m expected (2) found (3, 1)\n");
  EXPECT_EQ(nlohmann::json(report)["mismatched"].dump(), R"([{"expected":[2],"found":[3,1],"key":"m"}])");
}

TEST(ReadWeights, TellsFilesByContent) {
  const TempDir folder;
  auto from = small_network(2), to = small_network(2);
  auto state = copy_of(*from);
  write_safetensors(folder / "a.pth", state);
  EXPECT_EQ(detect_weights(folder / "a.pth"), WeightsKind::safetensors);
  EXPECT_TRUE(load_weights(to, folder / "a.pth").complete());
  EXPECT_TRUE(equal(state_of(*to), state_of(*from)));

  state.insert("reszoo.preprocess.mean", torch::ones(3));
  write_model_file(folder / "b", nlohmann::json::object(), state);
  EXPECT_EQ(detect_weights(folder / "b"), WeightsKind::model_file);
  EXPECT_EQ(read_weights(folder / "b").keys(), state_of(*from).keys());
}

TEST(ReadWeights, OtherFilesAreNamedForWhatTheyAre) {
  const TempDir folder;
  write_file(folder / "legacy", std::string("\x80\x02\x8a\x0a", 4));
  EXPECT_EQ(detect_weights(folder / "legacy"), WeightsKind::pth);
  expect_error(ErrorKind::file, "legacy: the pickle is damaged at byte 4: it ends too early",
               [&] { read_weights(folder / "legacy"); });
  write_file(folder / "zip", "PK\x03\x04 and no more");
  expect_error(ErrorKind::file, "zip: zip archive is damaged or cut off", [&] { read_weights(folder / "zip"); });
  write_file(folder / "text", "hello, world");
  EXPECT_EQ(detect_weights(folder / "text"), WeightsKind::unknown);
  expect_error(ErrorKind::file, "text: is not a weights file", [&] { read_weights(folder / "text"); });
  write_file(folder / "empty", "");
  expect_error(ErrorKind::file, "empty: is empty; download or save it again", [&] { read_weights(folder / "empty"); });
  expect_error(ErrorKind::file, "none: cannot be opened (No such file", [&] { read_weights(folder / "none"); });
  expect_error(ErrorKind::file, ": is a folder, not a file", [&] { read_weights(folder.path()); });
}

TEST(Load, AMismatchCarriesItsReport) {
  auto network = small_network(2);
  const auto before = copy_of(*network);
  try {
    load_state(network, copy_of(*small_network(3)), {}, "f");
    FAIL() << "no error";
  } catch (const KeyMismatch& mismatch) {
    EXPECT_EQ(mismatch.kind(), ErrorKind::file);
    EXPECT_EQ(mismatch.report().mismatched.size(), 2u);
    EXPECT_EQ(mismatch.report().loaded.size(), 7u);
    EXPECT_NE(std::string(mismatch.with_hint("; a hint").what()).find("; a hint\n  fc.weight"), std::string::npos);
  }
  EXPECT_TRUE(equal(state_of(*network), before));
}

TEST(Load, AdaptIsSuggestedWhereItIsEnough) {
  auto network = small_network(2);
  const auto of_three = copy_of(*small_network(3));
  expect_error(ErrorKind::file, "; adapt (LoadOptions::adapt, --adapt) lets fc.weight, fc.bias differ\n",
               [&] { load_state(network, of_three); });
  for (const auto& [state, adapt] :
       {std::pair{without(of_three, "linear.bias"), false}, std::pair{without(of_three, "bn.bias"), true}})
    try {
      load_state(network, state, {.adapt = adapt});
      ADD_FAILURE() << "no error";
    } catch (const KeyMismatch& mismatch) {
      EXPECT_EQ(std::string(mismatch.what()).find("--adapt"), std::string::npos) << mismatch.what();
    }
}

TEST(WriteWeights, TheExtensionChoosesTheFormat) {
  const TempDir folder;
  const auto state = copy_of(*small_network(2));
  for (const auto& format : weights_formats())
    if (format.write) write_weights(folder / fmt::format("a{}", format.extension), state, {{"note", "text"}});
  EXPECT_EQ(detect_weights(folder / "a.pth"), WeightsKind::pth);
  EXPECT_EQ(weights_format(folder / "a.pth")->name, "pth");
  EXPECT_EQ(read_safetensors(folder / "a.safetensors").metadata.at("note"), "text");
  for (const auto* name : {"a.pth", "a.safetensors"}) EXPECT_TRUE(equal(read_weights(folder / name), state)) << name;
  expect_error(ErrorKind::usage, "a.npz: must end in .safetensors or .pth",
               [&] { write_weights(folder / "a.npz", state); });
}
