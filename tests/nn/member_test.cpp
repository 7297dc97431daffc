// Ensembles of k members in one network: each member equals a separate network.
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include "reszoo/graph/profile.h"
#include "reszoo/nn/n_linear.h"
#include "reszoo/nn/surgery.h"
#include "reszoo/weights/load.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

constexpr int64_t kMembers = 3;
const std::vector<std::string> kKinds = {"tabm", "mini", "packed"};

TabularOptions options_of(const std::string& kind, const char* norm = "batch") {
  return {.outputs = 2,
          .numeric = 4,
          .widths = std::vector<int64_t>{6, 9},
          .members = kMembers,
          .ensemble = parse_ensemble(kind),
          .dropout = 0.0,
          .norm = Norm::parse(norm)};
}

TabularOptions alone(TabularOptions options) {
  options.members.reset();
  options.ensemble.reset();
  return options;
}

/// The weight and bias of member i, as those of an `nn::Linear`.
std::pair<Tensor, Tensor> member_of(const nn::Module& layer, int64_t i) {
  if (const auto* batch = layer.as<BatchEnsembleLinearImpl>())
    return {batch->weight * batch->s[i].unsqueeze(1) * batch->r[i], batch->bias.defined() ? batch->bias[i] : Tensor()};
  if (const auto* packed = layer.as<NLinearImpl>())
    return {packed->weight[i].t(), packed->bias.defined() ? packed->bias[i] : Tensor()};
  const auto& shared = *layer.as<SharedLinearImpl>();
  return {shared.weight, shared.bias};
}

/// Builds the plain network that equals member i of `network`.
Network member_alone(const std::string& model, const Network& network, const TabularOptions& options, int64_t i) {
  const torch::NoGradGuard no_grad;
  auto plain = create_model(model, alone(options));
  const auto members = network->named_modules("", false), parts = plain->named_modules("", false);
  for (const auto& item : parts) {
    if (const auto* linear = item.value()->as<nn::LinearImpl>()) {
      // In the plain network, a projection is a Chain of one layer.
      const auto* found = members.find(item.key());
      const auto [weight, bias] =
          member_of(**(found ? found : members.find(item.key().substr(0, item.key().rfind('.')))), i);
      linear->weight.detach().copy_(weight);
      if (bias.defined()) linear->bias.detach().copy_(bias);
    } else if (item.key().ends_with("normalization")) {
      for (auto& tensor : state_of(*item.value())) {
        if (tensor.value().dim() == 0) continue;
        const auto all = state_of(*members[item.key()])[tensor.key()];
        tensor.value().copy_(all.view({kMembers, -1})[i]);
      }
    }
  }
  return plain;
}

Tensor scale_of(const Network& network, int64_t i) {
  const auto* scale = network->named_children()["members"]->as<MemberScaleImpl>();
  return scale ? scale->weight[i].detach() : torch::ones({4});
}

class EachMember : public testing::TestWithParam<std::tuple<std::string, std::string, const char*>> {};

}  // namespace

TEST_P(EachMember, IsThePlainNetworkOfItsWeights) {
  const auto& [model, kind, norm] = GetParam();
  const auto options = options_of(kind, norm);
  auto network = create_model(model, options);
  fill_module(*network);
  const auto x = uniform("input", {8, 4});
  const auto y = network->forward(x);  // in training mode: norms use batch statistics
  ASSERT_EQ(y.sizes(), (std::vector<int64_t>{8, kMembers, 2}));
  for (int64_t i = 0; i < kMembers; ++i) {
    auto plain = member_alone(model, network, options, i);
    const auto expected = plain->forward(x * scale_of(network, i));
    EXPECT_TRUE(torch::allclose(y.select(1, i), expected, 1e-4, 1e-5)) << "member " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EachMember,
                         testing::Combine(testing::Values("tabular_resnet", "tabular_mlp"), testing::ValuesIn(kKinds),
                                          testing::Values("batch", "layer", "group:3", "none")),
                         [](const auto& item) {
                           std::string norm = std::get<2>(item.param);
                           std::replace(norm.begin(), norm.end(), ':', '_');
                           return std::get<0>(item.param) + "_" + std::get<1>(item.param) + "_" + norm;
                         });

TEST(Members, TextGoesThereAndBack) {
  for (const auto& kind : kKinds) EXPECT_EQ(text_of(parse_ensemble(kind)), kind);
  expect_error(ErrorKind::usage, "ensemble: must be tabm, mini or packed, got \"tab\"; did you mean tabm?",
               [] { parse_ensemble("tab"); });
}

TEST(Members, DifferAtFirstByTheScalesOfTheFirstLayerAlone) {
  torch::manual_seed(1);
  for (const std::string model : {"tabular_resnet", "tabular_mlp"}) {
    const auto network = create_model(model, options_of("tabm"));
    int layers = 0;
    for (const auto& item : network->named_modules("", false)) {
      const auto* layer = item.value()->as<BatchEnsembleLinearImpl>();
      if (!layer) continue;
      const bool first = layers++ == 0;
      EXPECT_TRUE(torch::equal(layer->s, torch::ones_like(layer->s))) << item.key();
      EXPECT_EQ(torch::equal(layer->r, torch::ones_like(layer->r)), !first) << item.key();
      if (first) EXPECT_TRUE(torch::equal(layer->r.abs(), torch::ones_like(layer->r))) << item.key();
      if (layer->bias.defined())
        EXPECT_TRUE(torch::equal(layer->bias, layer->bias[0].expand_as(layer->bias))) << item.key();
    }
    EXPECT_GE(layers, 2);
  }
}

TEST(Members, BeginWithOneNormalScaleForEachEmbeddedColumn) {
  torch::manual_seed(1);
  auto options = options_of("tabm");
  options.members = 4000;
  options.numeric_embedding = EmbeddingKind::linear_relu;
  options.numeric_width = 3;
  options.cardinalities = std::vector<int64_t>{2};
  options.widths = std::vector<int64_t>{2};
  const auto network = create_model("tabular_mlp", options);
  const auto r = find_module(*network, "blocks.0.linear")->as<BatchEnsembleLinearImpl>()->r.detach();
  ASSERT_EQ(r.size(1), 4 * 3 + 2);
  for (int64_t column = 0; column < 4; ++column) {
    const auto of_column = r.narrow(1, 3 * column, 3);
    EXPECT_TRUE(torch::equal(of_column.select(1, 0), of_column.select(1, 2)));
  }
  EXPECT_FALSE(torch::equal(r.select(1, 2), r.select(1, 3)));
  EXPECT_NEAR(r.mean().item<double>(), 0, 0.03);
  EXPECT_NEAR(r.std().item<double>(), 1, 0.03);
}

TEST(Members, BeginWithAsManySignsOfEitherKind) {
  torch::manual_seed(1);
  MemberScale scale(MemberScaleOptions{.members = 100, .width = 100});
  EXPECT_EQ(scale->weight.abs().sum().item<double>(), 1e4);
  EXPECT_NEAR(scale->weight.mean().item<double>(), 0, 0.03);
  expect_error(ErrorKind::usage, "MemberScale: chunks must sum to the width, got sum=3, width=4", [] {
    MemberScale(MemberScaleOptions{.members = 2, .width = 4, .chunks = {1, 2}});
  });
}

TEST(Members, ReadOneRowAsAllTheirRows) {
  BatchEnsembleLinear layer(MemberLinearOptions{.members = 5, .in = 4, .out = 3, .init = ScaleInit::normal});
  const auto x = torch::rand({2, 4});
  EXPECT_TRUE(torch::allclose(layer(x), layer(x.repeat({1, 5}))));
}

TEST(Members, ShareNothingWhenPacked) {
  const auto options = options_of("packed", "layer");
  auto network = create_model("tabular_resnet", options);
  EXPECT_EQ(count_parameters(*network), kMembers * count_parameters(*create_model("tabular_resnet", alone(options))));
  network->forward(torch::rand({4, 4})).select(1, 1).square().sum().backward();
  const auto gradient = find_module(*network, "blocks.1.linear2")->as<NLinearImpl>()->weight.grad();
  EXPECT_EQ(gradient[0].abs().sum().item<double>(), 0);
  EXPECT_GT(gradient[1].abs().sum().item<double>(), 0);
}

TEST(Members, GetAnotherNumberOfOutputsByAdapting) {
  for (const std::string model : {"tabular_resnet", "tabular_mlp"}) {
    auto options = options_of("tabm");
    const auto two = create_model(model, options);
    options.outputs = 5;
    auto five = create_model(model, options);
    const auto report = load_state(five, state_of(*two), {.adapt = true});
    const auto head = five->classifier_path();
    EXPECT_EQ(report.adapted, (std::vector<std::string>{head + ".weight", head + ".bias"}));
    options.members = 4;
    EXPECT_THROW(load_state(create_model(model, options), state_of(*two), {.adapt = true}), Error);
  }
}

TEST(Members, ANumberOfThemIsNeededForAnEnsemble) {
  auto options = options_of("mini");
  options.members.reset();
  expect_error(ErrorKind::usage, "tabular_mlp: ensemble=mini needs members, got members=0",
               [&] { create_model("tabular_mlp", options); });
}

TEST(TabularBlock, ProjectsWhereWidthsDiffer) {
  auto network =
      create_model("tabular_resnet", TabularOptions{.outputs = 1, .numeric = 4, .widths = std::vector<int64_t>{4, 6}});
  const auto keys = state_of(*network).keys();
  EXPECT_EQ(std::count_if(keys.begin(), keys.end(),
                          [](const auto& key) { return key.find("shortcut") != std::string::npos; }),
            1);
  EXPECT_EQ(state_of(*network)["blocks.1.shortcut.0.weight"].sizes(), (std::vector<int64_t>{6, 4}));
  EXPECT_EQ(network->features(torch::rand({2, 4})).sizes(), (std::vector<int64_t>{2, 6}));
  expect_error(ErrorKind::usage, "tabular_resnet: widths, one for each block, replaces blocks and width", [] {
    create_model("tabular_resnet", TabularOptions{.numeric = 1, .blocks = 2, .widths = std::vector<int64_t>{4, 6}});
  });
}
