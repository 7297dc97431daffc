// Weights with other packages' key names load into the same network.
#include <gtest/gtest.h>

#include "reszoo/weights/key_map.h"
#include "reszoo/zoo/identify.h"
#include "reszoo/zoo/load_network.h"
#include "reszoo/zoo/meta_model.h"
#include "support/fixture.h"
#include "support/key_changes.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

/// The state of the package's own module when the fixture was created.
StateDict state_of_record(const json& record) {
  StateDict state("key");
  for (const auto& entry : record.at("keys")) {
    const auto key = entry[0].get<std::string>();
    const auto kept = record.at("tensors").find(key);
    state.insert(key, kept != record.at("tensors").end() ? torch::tensor(kept->get<std::vector<int64_t>>())
                                                         : fill(key, entry[1].get<std::vector<int64_t>>()));
  }
  return state;
}

/// The fixture's input: numbers, followed by codes of categories.
Tensor input_of_record(const json& record, const json& codes) {
  auto shape = record.at("input").get<std::vector<int64_t>>();
  if (!record.at("options").contains("cardinalities")) return uniform("input", shape).to(torch::kDouble);
  shape[1] -= 2;
  std::vector<double> flat;
  for (const auto& row : codes)
    for (const auto& code : row) flat.push_back(code);
  return torch::cat({uniform("input", shape).to(torch::kDouble), torch::tensor(flat, torch::kDouble).view({-1, 2})}, 1);
}

}  // namespace

TEST(KeyMap, OtherPackagesStatesGiveTheirOutputs) {
  const torch::NoGradGuard no_grad;
  const auto fixture = read_fixture("foreign_keys");
  for (const auto& record : fixture.at("records")) {
    const auto model = record.at("model").get<std::string>();
    SCOPED_TRACE(model + ", " + record.at("naming").get<std::string>());
    auto network = create_model(model, options_from_json(registry().find(model).domain, record.at("options")));
    network->to(torch::kDouble);
    const auto report = load_state(network, state_of_record(record));
    EXPECT_EQ(report.key_remap, record.at("naming").get<std::string>());
    network->eval();
    expect_close(network->forward(input_of_record(record, fixture.at("codes"))),
                 record.at("outputs").get<std::vector<double>>(), 1e-7, 1, "outputs");
  }
}

/// The keys of a ResNet as written by detectron2's convert-torchvision-to-d2.py.
StateDict as_detectron2(const StateDict& state) {
  StateDict result("key");
  for (const auto& item : state) {
    auto key = item.key();
    if (!key.starts_with("layer")) key = "stem." + key;
    const auto replace = [&](const std::string& from, const std::string& to) {
      if (const auto at = key.find(from); at != std::string::npos) key.replace(at, from.size(), to);
    };
    for (int t = 1; t <= 4; ++t) replace(fmt::format("layer{}", t), fmt::format("res{}", t + 1));
    for (int t = 1; t <= 3; ++t) replace(fmt::format("bn{}", t), fmt::format("conv{}.norm", t));
    replace("downsample.0", "shortcut");
    replace("downsample.1", "shortcut.norm");
    if (!key.ends_with("num_batches_tracked")) result.insert(key, item.value());
  }
  return result;
}

TEST(KeyMap, Detectron2sResNetsLoad) {
  for (const std::string name : {"resnet18", "resnet50"}) {
    const auto from = create_model(name);
    fill_module(*from);
    auto to = create_model(name);
    const auto state = as_detectron2(state_of(*from));
    EXPECT_TRUE(state.contains("res2.0.conv1.norm.running_mean"));
    EXPECT_EQ(load_state(to, state).key_remap, "keys of detectron2");
    for (const auto& item : from->named_parameters())
      EXPECT_TRUE(torch::equal(item.value(), to->named_parameters()[item.key()])) << item.key();
    EXPECT_EQ(load_state(to, with_prefix(state, "backbone.bottom_up.")).key_remap,
              "without prefix backbone.bottom_up., keys of detectron2");
  }
}

TEST(KeyMap, AKeyIsNotRenamedToAnotherOne) {
  StateDict state("key");
  for (const auto* key : {"linear.weight", "fc.weight", "stem.fc.weight"}) state.insert(key, torch::ones(1));
  for (const auto& remap : candidate_remaps(state)) EXPECT_EQ(remap.state.keys(), state.keys()) << remap.key_remap;
}

TEST(KeyMap, AModulesOwnKeysAreNeverRenamed) {
  nn::Sequential wrapped;
  wrapped->push_back("model", nn::Linear(2, 2));
  EXPECT_EQ(load_state(wrapped, state_of(*wrapped)).key_remap, "");
}

TEST(KeyMap, EmbeddingsWithOffsetsThatCannotBeAreNotSplit) {
  auto network = create_model(
      "tabular_resnet", TabularOptions{.numeric = 1, .cardinalities = std::vector<int64_t>{2}, .embedding_width = 2});
  StateDict state("key");
  state.insert("category_offsets", torch::tensor({0, 9}));
  state.insert("category_embeddings.weight", torch::ones({2, 2}));
  state.insert("first_layer.bias", torch::ones(192));
  EXPECT_EQ(load_state(network, state, {.strict = false}).unexpected,
            (std::vector<std::string>{"category_offsets", "category_embeddings.weight"}));
}

TEST(Fit, NamesTheRowOfAState) {
  const auto state = state_of(*create_model("resnet34", ImageOptions{.outputs = 7, .channels = 1}));
  EXPECT_EQ(match_hint(state), "; it fits resnet34 with channels=1, outputs=7");
  EXPECT_EQ(match_hint(with_prefix(state, "module.")), "; it fits resnet34 with channels=1, outputs=7");
  EXPECT_EQ(match_hint(state_of(*create_model("cifar_resnet110"))), "; it fits cifar_resnet110");
  EXPECT_EQ(match_hint(StateDict("key")), "");
  auto network = create_model("resnet18");
  expect_error(ErrorKind::file, "file: keys do not fit resnet18: ", [&] { load_state(network, state, {}, "file"); });
  expect_error(ErrorKind::file, "; it fits resnet34 with channels=1, outputs=7\n  conv1.weight  ",
               [&] { load_state(network, state, {}, "file"); });
}

TEST(Fit, IdentifiesTheOneModelOfAState) {
  const auto of_resnet18 = state_of(*create_meta_model("resnet18", ImageOptions{.outputs = 7}));
  // resnetblur18 has the same weights.
  EXPECT_EQ(identify_model(of_resnet18, "folder/resnet18-f37072fd.pth").text(), "resnet18 with outputs=7");
  EXPECT_EQ(identify_model(of_resnet18, "resnetblur18").name, "resnetblur18");
  expect_error(ErrorKind::usage, "resnet18d.pth: fits several", [&] { identify_model(of_resnet18, "resnet18d.pth"); });
  EXPECT_EQ(identify_model(state_of(*create_meta_model("cifar_resnet20")), "net.pth").text(), "cifar_resnet20");
  const auto of_resnet50 = state_of(*create_meta_model("resnet50"));
  EXPECT_EQ(identify_model(of_resnet50, "net.pth", "resnet50").name, "resnet50");
  EXPECT_EQ(identify_model(of_resnet50, "net.pth", "resnetaa50").name, "resnetaa50");
  expect_error_parts(ErrorKind::usage, {"net.pth: fits several models", "resnet50", "resnetaa50"},
                     [&] { identify_model(of_resnet50, "net.pth", "resnet18"); });
  expect_error(ErrorKind::usage, "net.pth: fits no registered model",
               [] { identify_model(StateDict("key"), "net.pth", "resnet18"); });
}

TEST(Fit, FindsEveryRowByItsKeys) {
  for (const auto& name : registry().names()) {
    const auto fits = match_models(state_of(*create_meta_model(name)));
    EXPECT_TRUE(std::any_of(fits.begin(), fits.end(), [&](const auto& fit) { return fit.name == name; })) << name;
  }
}

TEST(Fit, ReadsTheOptionsOfATableOffItsShapes) {
  const TabularOptions options{.outputs = 3,
                               .numeric = 5,
                               .cardinalities = std::vector<int64_t>{3, 2},
                               .embedding_width = 4,
                               .blocks = 2,
                               .width = 8,
                               .hidden_factor = 1.5,
                               .norm = Norm::parse("layer")};
  const auto fits = match_models(state_of(*create_model("tabular_resnet", options)));
  ASSERT_EQ(fits.size(), 1u);
  EXPECT_EQ(to_json(fits[0].options), to_json(ModelOptions(options)));
  for (const auto& other : {TabularOptions{.outputs = 2,
                           .numeric = 7,
                           .numeric_embedding = EmbeddingKind::plr,
                           .numeric_width = 3,
                           .frequencies = 5,
                           .plain_numeric = 2,
                           .blocks = 1,
                           .width = 6},
                            TabularOptions{.outputs = 2,
                            .numeric = 3,
                            .numeric_embedding = EmbeddingKind::linear_relu,
                            .numeric_width = 4,
                            .widths = std::vector<int64_t>{5, 6},
                            .members = 3,
                            .ensemble = EnsembleKind::mini,
                            .norm = Norm::parse("batch")},
                            TabularOptions{.outputs = 1,
                            .numeric = 0,
                            .cardinalities = std::vector<int64_t>{3, 2},
                            .embedding_widths = std::vector<int64_t>{3, 2},
                            .blocks = 2,
                            .width = 4,
                            .members = 2,
                            .ensemble = EnsembleKind::tabm}}) {
    const auto found = match_models(state_of(*create_model("tabular_mlp", other)));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].name, "tabular_mlp");
    EXPECT_EQ(to_json(found[0].options), to_json(ModelOptions(other)));
  }
  const auto record = read_fixture("foreign_keys").at("records")[2];  // from the paper's code
  EXPECT_EQ(to_json(match_models(state_of_record(record)).at(0).options)["cardinalities"], json({3, 2}));
}
