// Learning rates and weight decays by parameter name.
#include "reszoo/train/parameter_rules.h"

#include <cmath>
#include <map>
#include <set>

#include "reszoo/train/optimizer.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using reszoo::test::expect_error;

namespace {

/// Returns the learning-rate factor of each parameter.
std::map<std::string, double> factors(const Network& network, const std::vector<ParameterRule>& rules) {
  std::map<std::string, double> found;
  for (const auto& name : network->named_parameters().keys()) found[name] = resolve_rules(rules, name).lr_factor;
  return found;
}

}  // namespace

TEST(ParameterRules, AllThatMatchCountFactorsMultiplyAndTheLastDecayStands) {
  const std::vector<ParameterRule> rules = {{.pattern = "layer1.*", .lr_factor = 0.5, .weight_decay = 0.1},
                                            {.pattern = "*.weight", .lr_factor = 0.1},
                                            {.pattern = "layer?.0.*", .weight_decay = 0.2}};
  EXPECT_EQ(resolve_rules(rules, "layer1.0.weight"),
            (ParameterRule{.pattern = "layer1.0.weight", .lr_factor = 0.05, .weight_decay = 0.2}));
  EXPECT_EQ(resolve_rules(rules, "layer1.1.bias").weight_decay, 0.1);
  EXPECT_EQ(resolve_rules(rules, "fc.bias"), ParameterRule{.pattern = "fc.bias"});
  EXPECT_EQ(text_of(rules), "layer1.*=0.5,decay=0.1 *.weight=0.1 layer?.0.*=1,decay=0.2");
}

TEST(ParameterRules, AStarStandsForDotsButNotForTheRestOfANumber) {
  EXPECT_EQ(matches("test", "layer1.1.*", {"layer1.1.conv1.weight", "layer1.10.conv1.weight"}), std::vector<size_t>{0});
  EXPECT_EQ(matches("test", "*", {"a.b", "c"}).size(), 2u);
  expect_error(ErrorKind::usage, "test: no parameter \"fc\"; did you mean fc.*?",
               [] { matches("test", "fc", {"fc.weight"}); });
  expect_error(ErrorKind::usage, "; did you mean layer1.*?", [] { matches("test", "layr1.*", {"layer1.0.weight"}); });
  expect_error(ErrorKind::usage, "test: no parameter \"head.*\"; there are conv1.*, layer1.*, scale", [] {
    matches("test", "head.*", {"conv1.weight", "layer1.0.weight", "layer1.1.weight", "scale"});
  });
}

TEST(ParameterRules, LayerDecayIsTimms) {
  const auto layers = test::read_fixture("torch_optimizers").at("layers");
  for (const auto& [name, of_timm] : layers.items()) {
    const auto network = create_model(name);
    const auto found = factors(network, layer_decay_rules(*network, 0.5));
    size_t count = 0;
    for (size_t layer = 0; layer < of_timm.size(); ++layer)
      for (const std::string parameter : of_timm[layer]) {
        EXPECT_DOUBLE_EQ(found.at(parameter), std::pow(0.5, of_timm.size() - 1 - layer)) << name << " " << parameter;
        ++count;
      }
    EXPECT_EQ(count, found.size()) << name;
  }
}

TEST(ParameterRules, LayersWithoutBlocksBeginAtWeights) {
  const auto alexnet = create_model("alexnet", ImageOptions{.outputs = 3});
  EXPECT_EQ(layers_of(*alexnet),
            (std::vector<std::vector<std::string>>{
                {"features.0.*"}, {"features.3.*"}, {"features.6.*"}, {"features.8.*"}, {"features.10.*"}}));
  const auto found = factors(alexnet, layer_decay_rules(*alexnet, 0.9));
  EXPECT_EQ(found.at("classifier.6.weight"), 1);
  EXPECT_EQ(found.at("classifier.1.weight"), 1);
  EXPECT_DOUBLE_EQ(found.at("features.10.bias"), 0.9);
}

TEST(ParameterRules, TheStemOfATableIsOneLayer) {
  const auto network = create_model("tabular_resnet", TabularOptions{.outputs = 1, .numeric = 3, .blocks = 2});
  EXPECT_EQ(layers_of(*network),
            (std::vector<std::vector<std::string>>{{"input_projection.*"}, {"blocks.0.*"}, {"blocks.1.*"}}));
}

TEST(ParameterRules, HeadRatesSlowTheBodyAlone) {
  const auto network = create_model("cifar_resnet20");
  const auto rules = head_lr_rules(*network, 0.1);
  for (const auto& [name, factor] : factors(network, rules))
    EXPECT_EQ(factor, name.starts_with("fc.") ? 1 : 0.1) << name;
  auto both = layer_decay_rules(*network, 0.5);
  both.insert(both.end(), rules.begin(), rules.end());
  EXPECT_DOUBLE_EQ(factors(network, both).at("layer3.2.conv1.weight"), 0.05);
  EXPECT_NO_THROW(Optimizer(*network, {.rules = both}));  // each rule matches a parameter
}

TEST(ParameterRules, ValuesOutOfRangeAreRefused) {
  const auto network = create_model("cifar_resnet20");
  for (const double decay : {0.0, 1.5, std::nan("")})
    expect_error(ErrorKind::usage, "decay must be in (0, 1], got decay=", [&] { layer_decay_rules(*network, decay); });
  expect_error(ErrorKind::usage, "body_factor must be at least 0, got body_factor=-1",
               [&] { head_lr_rules(*network, -1); });
  expect_error(ErrorKind::usage, "rule \"*\": weight_decay must be at least 0, got -1",
               [] { resolve_rules({{.pattern = "*", .weight_decay = -1}}, "a"); });
}
