// The networks for tables with every embedding and ensemble.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reszoo/graph/graph.h"
#include "reszoo/graph/profile.h"
#include "reszoo/infer/model.h"
#include "reszoo/zoo/meta_model.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

struct Case {
  std::string model, embedding, ensemble;  // ensemble "": a single network

  TabularOptions options() const {
    TabularOptions options{.outputs = 3,
                           .numeric = 4,
                           .cardinalities = std::vector<int64_t>{3, 2},
                           .numeric_width = 5,
                           .plain_numeric = 1,
                           .widths = std::vector<int64_t>{6, 6, 8},
                           .dropout = 0.2};
    options.numeric_embedding = parse_embedding(embedding);
    if (is_piecewise(*options.numeric_embedding)) options.bins = Bins{{-0.5, 0, 0.5}, {0, 0.1}, {-1, -0.1, 0.1, 0.2}};
    if (ensemble.empty()) return options;
    options.members = 4;
    options.ensemble = parse_ensemble(ensemble);
    return options;
  }
};
void PrintTo(const Case& tried, std::ostream* stream) {
  *stream << tried.model << " " << tried.embedding << " " << tried.ensemble;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto* model : {"tabular_resnet", "tabular_mlp"})
    for (const auto* ensemble : {"", "tabm", "mini", "packed"})
      for (const auto* embedding :
           {"none", "linear", "linear_relu", "plr", "plr_lite", "piecewise", "piecewise_relu", "piecewise_encoding"})
        cases.push_back({model, embedding, ensemble});
  return cases;
}

class Tables : public testing::TestWithParam<Case> {
 protected:
  Network build(int64_t outputs = 3) {
    auto options = GetParam().options();
    options.outputs = outputs;
    return create_model(GetParam().model, options);
  }
  int64_t members() const { return GetParam().ensemble.empty() ? 1 : 4; }

  Tensor input = torch::tensor(
      {{0.1f, -0.4f, 0.f, 1.f, 2.f, 1.f}, {0.9f, 0.3f, 2.f, -1.f, 0.f, -1.f}, {-1.f, 0.f, 1.f, 0.f, 1.f, 0.f}});
};

}  // namespace

TEST_P(Tables, GiveTheOutputsOfEachMemberAndAGradientToEveryParameter) {
  auto network = build();
  const auto y = network->forward(input);
  if (GetParam().ensemble.empty()) EXPECT_EQ(y.sizes(), (std::vector<int64_t>{3, 3}));
  else EXPECT_EQ(y.sizes(), (std::vector<int64_t>{3, 4, 3}));
  y.square().sum().backward();
  for (const auto& item : network->named_parameters()) EXPECT_TRUE(item.value().grad().defined()) << item.key();
}

TEST_P(Tables, GiveTheFeaturesOfAllMembersWithoutAHead) {
  auto network = build();
  network->eval();
  const torch::NoGradGuard no_grad;
  const auto features = network->features(input);
  EXPECT_EQ(features.sizes(), (std::vector<int64_t>{3, 8 * members()}));
  network->replace_head(nn::Identity());
  EXPECT_TRUE(torch::equal(network->forward(input), features));
  EXPECT_EQ(build(0)->forward(input).sizes(), features.sizes());
}

TEST_P(Tables, AreCopiedLoweredAndCounted) {
  auto network = build();
  network->eval();
  const torch::NoGradGuard no_grad;
  const auto expected = network->forward(input);
  auto copy = deep_copy(network);
  EXPECT_TRUE(torch::equal(copy->forward(input), expected));
  auto graph = lower(network);
  for (const auto& node : graph.nodes) EXPECT_NE(node.op, "opaque") << node.key;
  EXPECT_TRUE(torch::equal(execute(graph, input), expected));
  int64_t parameters = 0;
  for (const auto& stage : profile(network, {6})) parameters += stage.parameters;
  EXPECT_EQ(parameters, count_parameters(*network));
}

TEST_P(Tables, HaveAnOutlineWithoutStorage) {
  const auto outline = create_meta_model(GetParam().model, GetParam().options());
  const auto state = state_of(*build()), shapes = state_of(*outline);
  ASSERT_EQ(shapes.keys(), state.keys());
  for (const auto& item : shapes) EXPECT_EQ(item.value().sizes(), state[item.key()].sizes()) << item.key();
}

TEST_P(Tables, ComeBackFromAModelFile) {
  const TempDir folder;
  auto network = build();
  network->eval();
  const torch::NoGradGuard no_grad;
  Model saved{.name = GetParam().model, .options = GetParam().options(), .networks = {network}};
  saved.save(folder / "model.safetensors");
  auto loaded = Model::load(folder / "model.safetensors");
  EXPECT_TRUE(torch::equal(loaded.network()->forward(input), network->forward(input)));
  EXPECT_EQ(to_json(loaded.options), to_json(ModelOptions(GetParam().options())));
}

INSTANTIATE_TEST_SUITE_P(All, Tables, testing::ValuesIn(all_cases()), [](const auto& tried) {
  const auto& ensemble = tried.param.ensemble;
  return tried.param.model + "_" + tried.param.embedding + (ensemble.empty() ? "" : "_" + ensemble);
});

TEST(TableOptions, KeepBinsToTheBitAsJson) {
  TabularOptions options{.numeric = 2, .bins = Bins{{0.1f, 0.2f, 1e-30f}, {-3.4e38f, static_cast<double>(1.f / 3)}}};
  const auto text = to_json(ModelOptions(options)).dump();
  const auto back = std::get<TabularOptions>(options_from_json(Domain::tabular, nlohmann::json::parse(text)));
  EXPECT_EQ(*back.bins, *options.bins);
}

TEST(TableOptions, AreRefusedWhereTheyDoNotGoTogether) {
  const auto refused = [](const std::string& message, const TabularOptions& options) {
    expect_error(ErrorKind::usage, message, [&] { create_model("tabular_mlp", options); });
  };
  refused("tabular_mlp: bins are for piecewise embeddings, got numeric_embedding=none",
          {.numeric = 1, .bins = Bins{{0, 1}}});
  refused("piecewise needs the bins of each embedded column, got bins of 0, columns=2",
          {.numeric = 2, .numeric_embedding = EmbeddingKind::piecewise});
  refused("tabular_mlp: widths must be 1 or more, got 0", {.numeric = 2, .widths = std::vector<int64_t>{4, 0}});
  refused("tabular_mlp: members must be 0 or more, got -1", {.numeric = 2, .members = -1});
  refused("tabular_mlp: takes no option \"hidden_factor\"", {.numeric = 2, .hidden_factor = 2.0});
}

TEST(TableOptions, OfTabularMlpAreTabMsSizesByDefault) {
  EXPECT_EQ(create_model("tabular_mlp")->parts().body.size(), 2u);
  const auto state =
      state_of(*create_model("tabular_mlp", TabularOptions{.numeric = 2, .numeric_embedding = EmbeddingKind::plr}));
  EXPECT_EQ(state["blocks.1.linear.weight"].sizes(), (std::vector<int64_t>{512, 512}));
  EXPECT_FALSE(state.contains("blocks.2.linear.weight"));
  EXPECT_TRUE(state_of(*create_model("tabular_mlp")).contains("blocks.2.linear.weight"));
}
