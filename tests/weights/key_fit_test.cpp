// A network is found in a file by structure: under prefixes, numbers, other names, beside other modules.
#include "reszoo/weights/key_fit.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "reszoo/nn/skip_init.h"
#include "reszoo/weights/load.h"
#include "reszoo/zoo/identify.h"
#include "reszoo/zoo/load_network.h"
#include "reszoo/zoo/meta_model.h"
#include "support/fixture.h"
#include "support/key_changes.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Network filled(const std::string& name, const ModelOptions& options = ImageOptions{}) {
  const SkipInit skip_init;
  auto network = create_model(name, options);
  fill_module(*network);
  return network;
}

/// resnet18 with ten outputs, as most of the cases from the field.
const StateDict& resnet18_state() {
  static const StateDict state = state_of(*filled("resnet18", ImageOptions{.outputs = 10}));
  return state;
}

struct Expected {
  std::vector<std::string> ignored = {};
  std::string key_remap = {};
};

/// Expects that the state loads into resnet18 and that all tensors are those of the same key.
void expect_loads(const StateDict& state, const Expected& expected, const LoadOptions& options = {}) {
  const SkipInit skip_init;
  auto network = create_model("resnet18", ImageOptions{.outputs = 10});
  const auto report = load_state(network, state, options);
  EXPECT_EQ(report.ignored, expected.ignored);
  EXPECT_EQ(report.key_remap, expected.key_remap);
  EXPECT_EQ(report.loaded.size(), 122u);
  for (const auto& item : state_of(*network))
    EXPECT_TRUE(torch::equal(item.value(), resnet18_state()[item.key()])) << item.key();
}

void expect_refused(const StateDict& state, const std::vector<std::string>& parts, ErrorKind kind = ErrorKind::file,
                    const LoadOptions& options = {}) {
  const SkipInit skip_init;
  auto network = create_model("resnet18", ImageOptions{.outputs = 10});
  expect_error_parts(kind, parts, [&] { load_state(static_cast<nn::Module&>(*network), state, options, "f"); });
}

}  // namespace

TEST(KeyFit, AnyPrefixIsFoundAtTheBeginning) {
  for (const std::string prefix : {"encoder.", "backbone.", "module.model.", "student.backbone.", "a.b.c.d.e."})
    expect_loads(with_prefix(resnet18_state(), prefix), {.key_remap = "without prefix " + prefix});
}

TEST(KeyFit, AnyWrapperIsFoundInside) {
  for (const std::string wrapper : {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "anything"}) {
    const auto state = renamed_keys(resnet18_state(), [&](const std::string& key) {
      return std::regex_replace(key, std::regex(R"(^(layer\d\.\d)\.)"), "$1." + wrapper + ".");
    });
    expect_loads(state, {.key_remap = "without " + wrapper + " inside"});
    expect_loads(with_prefix(state, "module."),
                 {.key_remap = "without prefix module., without " + wrapper + " inside"});
  }
  const auto every_layer = renamed_keys(resnet18_state(), [](const std::string& key) {
    const auto dot = key.rfind('.');
    return key.substr(0, dot) + ".inner" + key.substr(dot);
  });
  expect_loads(every_layer, {.key_remap = "without inner inside"});
}

TEST(KeyFit, ChildrenByNumberAreFoundInOrder) {
  const auto numbered =
      by_number(resnet18_state(), {"conv1", "bn1", "", "", "layer1", "layer2", "layer3", "layer4", "", "fc"});
  expect_loads(numbered, {.key_remap = "0 as conv1, 1 as bn1, 4 as layer1 and 4 more"});
  // Sequential(Sequential(*children()[:-1]), Linear)
  const auto in_two = renamed_keys(
      numbered, [](const std::string& key) { return key.starts_with("9.") ? "1" + key.substr(1) : "0." + key; });
  expect_loads(in_two, {.key_remap = "without prefix 0., 0 as conv1, 1 as bn1, 4 as layer1 and 4 more"});
  // self.layer0 = Sequential(conv1, bn1, relu, maxpool)
  const auto grouped = renamed_keys(resnet18_state(), [](const std::string& key) {
    return key.starts_with("conv1.") ? "layer0.0." + key.substr(6)
           : key.starts_with("bn1.") ? "layer0.1." + key.substr(4)
                                     : key;
  });
  expect_loads(grouped, {.key_remap = "layer0.0 as conv1, layer0.1 as bn1"});
  // features.0.0, features.0.1, features.1 ...
  const auto nested = renamed_keys(resnet18_state(), [](const std::string& key) -> std::string {
    if (key.starts_with("conv1.")) return "features.0.0." + key.substr(6);
    if (key.starts_with("bn1.")) return "features.0.1." + key.substr(4);
    if (key.starts_with("layer")) return "features." + key.substr(5);
    return key;
  });
  expect_loads(nested, {.key_remap = "without prefix features., 0.0 as conv1, 0.1 as bn1, 1 as layer1 and 4 more"});
}

TEST(KeyFit, ChildrenUnderOtherNamesAreFoundBesideTheOthers) {
  expect_loads(replaced(resnet18_state(), "downsample", "shortcut"),
               {.key_remap = "layer2.0.shortcut as layer2.0.downsample, layer3.0.shortcut as layer3.0.downsample, "
                             "layer4.0.shortcut as layer4.0.downsample"});
  auto state = renamed_keys(resnet18_state(), [](const std::string& key) {
    return std::regex_replace(key, std::regex(R"(\.bn(\d)\.)"), ".norm$1.");
  });
  EXPECT_TRUE(state.contains("layer1.0.norm1.weight"));
  expect_loads(state, {.key_remap = "layer1.0.norm1 as layer1.0.bn1, layer1.0.norm2 as layer1.0.bn2, "
                                    "layer1.1.norm1 as layer1.1.bn1 and 13 more"});
}

TEST(KeyFit, EqualShapesAreNeverSwappedOrGuessed) {
  // Which of norm_a and norm_b is bn1?
  auto state =
      replaced(replaced(resnet18_state(), "layer1.0.bn1.", "layer1.0.norm_a."), "layer1.0.bn2.", "layer1.0.norm_b.");
  expect_refused(state, {"10 unexpected", "layer1.0.norm_a.weight"});
  // bn2 as norm1 and bn1 as norm2: the numbers decide, not the order.
  state = replaced(replaced(resnet18_state(), "layer1.0.bn1.", "layer1.0.norm2."), "layer1.0.bn2.", "layer1.0.norm1.");
  const SkipInit skip_init;
  auto network = create_model("resnet18", ImageOptions{.outputs = 10});
  load_state(network, state);
  EXPECT_TRUE(torch::equal(state_of(*network)["layer1.0.bn1.weight"], state["layer1.0.norm1.weight"]));
  // One norm is left, and its number is another's.
  state = without_keys(replaced(resnet18_state(), "layer1.0.bn1.", "layer1.0.norm2."), "nothing");
  expect_refused(state, {"missing", "layer1.0.bn1.weight"});
  // Blocks by other numbers.
  state = replaced(replaced(resnet18_state(), "layer1.1.", "layer1.2."), "layer1.0.", "layer1.1.");
  expect_refused(state, {"layer1.2.conv1.weight"});
}

TEST(KeyFit, HeadsUnderOtherNamesAreFound) {
  for (const std::string name : {"head.fc", "fc.1", "classifier", "last_linear", "heads.main.1"})
    expect_loads(replaced(resnet18_state(), "fc.", name + "."), {.key_remap = name + " as fc"});
  // Lightning: the body under a prefix, the head beside it.
  auto state = renamed_keys(resnet18_state(), [](const std::string& key) {
    return key.starts_with("fc.") ? "model.classifier." + key.substr(3) : "model.backbone." + key;
  });
  expect_loads(state, {.key_remap = "without prefix model.backbone., model.classifier as fc"});
  // Another task's head is another shape.
  state.insert("model.aux.weight", torch::ones({3, 512}));
  state.insert("model.aux.bias", torch::ones({3}));
  expect_loads(state, {.ignored = {"model.aux.weight", "model.aux.bias"},
                       .key_remap = "without prefix model.backbone., model.classifier as fc"});
  // Two that fit.
  state.insert("model.other.weight", torch::ones({10, 512}));
  state.insert("model.other.bias", torch::ones({10}));
  expect_refused(state, {"2 missing: fc.weight, fc.bias",
                         "; adapt (LoadOptions::adapt, --adapt) lets fc.weight, fc.bias begin untrained"});
}

TEST(KeyFit, KeysBesideTheNetworksAreIgnoredAndNamed) {
  const std::vector<std::pair<std::string, Tensor>> beside = {
      {"criterion.weight", torch::ones({10})},
      {"train_acc.correct", torch::tensor(3)},
      {"n_averaged", torch::tensor(7)},
      {"total_ops", torch::zeros({1}, torch::kDouble)},
      {"layer1.0.conv1.total_ops", torch::zeros({1}, torch::kDouble)},
      {"layer1.0.relu.total_params", torch::zeros({1}, torch::kFloat)},
      {"projector.0.weight", torch::ones({2048, 512})},
      {"projector.2.weight", torch::ones({128, 2048})},
      {"prototypes.weight", torch::ones({3000, 128})},
      {"aux_classifier.0.weight", torch::ones({256, 256, 3, 3})},
      {"position_ids", torch::arange(4)},
      {"mean", torch::ones({1, 3, 1, 1})},
  };
  auto state = resnet18_state();
  std::vector<std::string> keys;
  for (const auto& [key, tensor] : beside) {
    state.insert(key, tensor);
    keys.push_back(key);
  }
  expect_loads(state, {.ignored = keys});
  auto wrapped = with_prefix(resnet18_state(), "module.");  // AveragedModel
  wrapped.insert("n_averaged", torch::tensor(7));
  expect_loads(wrapped, {.ignored = {"n_averaged"}, .key_remap = "without prefix module."});
  const SkipInit skip_init;
  auto network = create_model("resnet18", ImageOptions{.outputs = 10});
  EXPECT_EQ(load_state(network, wrapped).line(), "122 loaded: without prefix module.; 1 ignored: n_averaged");
}

TEST(KeyFit, KeysInsideOfTheNetworkAreNotIgnored) {
  const auto refuse = [](const std::string& key, const Tensor& tensor) {
    auto state = resnet18_state();
    state.insert(key, tensor);
    expect_refused(state, {"1 unexpected: " + key});
  };
  refuse("conv1.bias", torch::ones({64}));
  refuse("layer1.0.se.fc1.weight", torch::ones({4, 64}));
  refuse("layer1.2.conv1.weight", torch::ones({64, 64, 3, 3}));
  refuse("layer5.0.conv1.weight", torch::ones({64, 64, 3, 3}));
  refuse("relu.weight", torch::ones({64}));          // a PReLU
  refuse("layer1.0.relu.weight", torch::ones({1}));  // one for all channels
  refuse("layer1.0.gain", torch::tensor(0.5f));      // a SkipInit
  refuse("layer1.0.conv1.lora_A", torch::ones({4, 64}));
  refuse("fc.lora_B.weight", torch::ones({4, 64}));
  // Another network of the same kind: each of resnet18's tensors is in resnet34's.
  expect_refused(state_of(*create_meta_model("resnet34", ImageOptions{.outputs = 10})),
                 {"unexpected", "layer1.2.conv1.weight"});
}

TEST(KeyFit, TwoCandidatesAreAsked) {
  const auto teacher = multiplied(resnet18_state(), 2);
  auto state = both(with_prefix(teacher, "teacher.backbone."), with_prefix(resnet18_state(), "student.backbone."));
  expect_refused(state, {"f: resnet18 fits teacher and student; name one with --key teacher (LoadOptions::key)"},
                 ErrorKind::usage);
  expect_loads(state, {.key_remap = "without prefix backbone."}, {.key = "student"});
  expect_loads(with_prefix(state, "module."), {}, {.key = "student.backbone"});
  expect_refused(state, {"f: no weights are under \"studnt\"; did you mean student?; there are teacher, student"},
                 ErrorKind::usage, {.key = "studnt"});
  // The same module under two names is one, and so is the only one that fits.
  expect_loads(both(with_prefix(resnet18_state(), "model."), with_prefix(resnet18_state(), "net.")),
               {.ignored = with_prefix(resnet18_state(), "net.").keys(), .key_remap = "without prefix model."});
  auto other = with_prefix(teacher, "teacher.");
  other["teacher.fc.weight"] = torch::ones({3, 512});
  other["teacher.fc.bias"] = torch::ones({3});
  expect_loads(both(other, with_prefix(resnet18_state(), "student.")),
               {.ignored = other.keys(), .key_remap = "without prefix student."});
  // model and ema: the averaged ones where they are preferred.
  state = both(with_prefix(teacher, "model."), with_prefix(resnet18_state(), "ema_model."));
  expect_refused(state, {"fits model and ema_model; name one with --key model"}, ErrorKind::usage);
  expect_loads(state, {.ignored = with_prefix(teacher, "model.").keys(), .key_remap = "without prefix ema_model."},
               {.prefer_ema = true});
}

TEST(KeyFit, AHeadlessBackboneTakesANewHeadOrNone) {
  const auto body = with_prefix(without_keys(resnet18_state(), "fc."), "backbone.");
  expect_refused(body, {"120 loaded", "2 missing: fc.weight, fc.bias",
                        "; adapt (LoadOptions::adapt, --adapt) lets fc.weight, fc.bias begin untrained"});
  auto network = create_model("resnet18", ImageOptions{.outputs = 3});
  const auto before = state_of(*network)["fc.weight"].detach().clone();
  const auto report = load_state(network, body, {.adapt = true});
  EXPECT_EQ(report.adapted, (std::vector<std::string>{"fc.weight", "fc.bias"}));
  EXPECT_TRUE(torch::equal(state_of(*network)["fc.weight"], before));
  EXPECT_TRUE(torch::equal(state_of(*network)["conv1.weight"], resnet18_state()["conv1.weight"]));
  EXPECT_EQ(identify_model(body, "resnet18.pth").text(), "resnet18 with outputs=0");
  EXPECT_EQ(to_json(model_for(body, "f", "resnet18", nlohmann::json::object()).second).dump(), R"({"outputs":0})");
  // A projector is no head.
  auto state = body;
  state.insert("projector.0.weight", torch::ones({2048, 512}));
  state.insert("projector.0.bias", torch::ones({2048}));
  state.insert("projector.3.weight", torch::ones({128, 2048}));
  state.insert("projector.3.bias", torch::ones({128}));
  EXPECT_EQ(identify_model(state, "resnet18.pth").text(), "resnet18 with outputs=0");
  // Nor is a head of several layers (MoCo v2).
  auto moco = without_keys(resnet18_state(), "fc.");
  moco.insert("fc.0.weight", torch::ones({512, 512}));
  moco.insert("fc.0.bias", torch::ones({512}));
  moco.insert("fc.2.weight", torch::ones({128, 512}));
  moco.insert("fc.2.bias", torch::ones({128}));
  EXPECT_EQ(identify_model(moco, "resnet18.pth").text(), "resnet18 with outputs=0");
  EXPECT_EQ(load_state(network, moco, {.adapt = true}).adapted, (std::vector<std::string>{"fc.weight", "fc.bias"}));
}

TEST(KeyFit, NumbersMustBeOfTheNetworksKind) {
  auto state = resnet18_state();
  state["bn1.num_batches_tracked"] = torch::tensor({5});
  auto network = create_model("resnet18", ImageOptions{.outputs = 10});
  EXPECT_TRUE(load_state(network, state).complete());
  EXPECT_EQ(state_of(*network)["bn1.num_batches_tracked"].item<int64_t>(), 5);
  state["layer1.0.conv1.weight"] = torch::complex(torch::ones({64, 64, 3, 3}), torch::ones({64, 64, 3, 3}));
  expect_refused(state, {"f: layer1.0.conv1.weight has complex numbers (ComplexFloat)"});
  state["layer1.0.conv1.weight"] = torch::ones({64, 64, 3, 3}, torch::kChar);
  expect_refused(state, {"f: layer1.0.conv1.weight has whole numbers (Char)"});
}

TEST(KeyFit, TheModelIsIdentifiedUnderAllTheseNames) {
  const auto& state = resnet18_state();
  for (const auto& changed :
       {with_prefix(state, "student.backbone."), replaced(state, "fc.", "head.fc."),
        by_number(state, {"conv1", "bn1", "", "", "layer1", "layer2", "layer3", "layer4", "", "fc"})})
    EXPECT_EQ(identify_model(changed, "resnet18.pth").text(), "resnet18 with outputs=10");
  const auto table =
      state_of(*create_model("tabular_resnet", TabularOptions{.outputs = 3, .numeric = 5, .blocks = 2, .width = 8}));
  const auto found = match_models(with_prefix(table, "lit.net."));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(to_json(found[0].options)["numeric"], 5);
}

/// Networks of each kind of block, small enough to be changed hundreds of times.
class KeyFitRandom : public testing::TestWithParam<const char*> {};

TEST_P(KeyFitRandom, TensorsComeOutOfChangedKeys) {
  const std::string name = GetParam();
  const ModelOptions options = name.starts_with("tabular")
                                   ? ModelOptions(TabularOptions{.outputs = 3,
                                                                 .numeric = 5,
                                                                 .cardinalities = std::vector<int64_t>{4, 2},
                                                                 .embedding_width = 2,
                                                                 .blocks = 3,
                                                                 .width = 8})
                                   : ModelOptions(ImageOptions{.outputs = 10});
  const auto from = filled(name, options);
  const auto original = state_of(*from);
  auto to = create_model(name, options);
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const auto changed = KeyChanger(from, seed).change();
    SCOPED_TRACE(fmt::format("{} seed {}: {}", name, seed, changed.description));
    for (auto& parameter : to->parameters()) parameter.detach().zero_();
    try {
      const auto report = load_state(to, changed.state);
      EXPECT_EQ(report.ignored.size(), changed.added + changed.lacks) << report.text();
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
      continue;
    }
    for (const auto& item : to->named_parameters())
      EXPECT_TRUE(torch::equal(item.value(), original[item.key()])) << item.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, KeyFitRandom, testing::Values("cifar_resnet20", "tabular_resnet", "tabular_mlp"));
