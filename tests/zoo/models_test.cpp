// Every model without a long fixture against a short record of its Python reference: keys and logits, gradients and one
// step of SGD.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "reszoo/fusion/fused.h"
#include "reszoo/graph/profile.h"
#include "reszoo/nn/skip_init.h"
#include "reszoo/zoo/registry.h"
#include "support/default_rows.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

// In float64, relative to the largest value; row_fixture.py explains why some models have only float32.
constexpr double kTolerance = 1e-7;
constexpr double kFusedTolerance = 1e-4;
constexpr double kFloatTolerance = 3e-5;  // processors without AVX-512 sum in a different order

const std::vector<std::string> kFiles = {"torchvision_rows", "timm_resnet_rows", "timm_resnetv2_rows", "cifar_rows"};

/// All records by the name of the fixture: usually the model's name, otherwise a name for its options.
const json& records() {
  static const json all = [] {
    json joined = json::object();
    for (const auto& file : kFiles) joined.update(read_fixture(file).at("rows"));
    return joined;
  }();
  return all;
}

/// The names of records, split by the building blocks of their models and the options that they set. With `trained`,
/// only those whose training is compared, which excludes the largest models.
Split<std::string> split_records(bool trained) {
  std::vector<std::string> names;
  for (const auto& [name, record] : records().items())
    if (!trained || record.contains("train_logits")) names.push_back(name);
  const auto keys = [](const std::string& name) { return records().at(name).at("keys").get<int64_t>(); };
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) { return keys(a) < keys(b); });
  return split_by_cover(names, [](const std::string& name) {
    auto features = registry().find(records().at(name).at("model")).parts;
    for (const auto& [option, value] : records().at(name).at("options").items()) features.push_back(option);
    return features;
  });
}

std::string digest_of(const StateDict& state) {
  std::string lines;
  for (const auto& item : state) lines += fmt::format("{} [{}]\n", item.key(), fmt::join(item.value().sizes(), ", "));
  return fmt::format("{:016x}", fnv1a64(lines));
}

/// Returns "layer1" for "layer1.0.conv1.weight", and "stages.0" for "stages.0.blocks.…".
std::string stage_of(const std::string& key) {
  const auto dot = key.find('.');
  return key.starts_with("stages.") ? key.substr(0, key.find('.', dot + 1)) : key.substr(0, dot);
}

/// Sums over the keys of a stage.
struct Stage {
  double squares = 0, probes = 0, scale = 0;
};

class Rows : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    record = records().at(GetParam());
    const SkipInit filled_below;
    network = create_model(record.at("model"), options_from_json(Domain::image, record.at("options")));
    fill_module(*network);
    input = uniform("input", record.at("input_shape").get<std::vector<int64_t>>());
  }
  std::vector<double> numbers(const char* name) const { return record.at(name).get<std::vector<double>>(); }

  /// Runs the training step of the record. Returns the stages and the largest gradient norm.
  std::pair<std::map<std::string, Stage>, double> step() {
    const torch::NoGradGuard no_grad;
    std::map<std::string, Stage> stages;
    double largest = 0;
    for (auto& item : network->named_parameters()) {
      const auto norm = item.value().grad().norm().item<double>();
      stages[stage_of(item.key())].squares += norm * norm;
      largest = std::max(largest, norm);
      item.value().sub_(item.value().grad(), record.at("learning_rate").get<double>());
    }
    for (const auto& item : state_of(*network)) {
      const auto tensor = item.value().to(torch::kDouble);
      auto& stage = stages[stage_of(item.key())];
      stage.probes += tensor.mul(uniform(item.key() + ".probe", tensor.sizes())).sum().item<double>();
      stage.scale += 1 + tensor.norm().item<double>();
    }
    return {stages, largest};
  }

  json record;
  Network network{nullptr};
  Tensor input;
};

class TrainedRows : public Rows {};

}  // namespace

TEST_P(Rows, HaveTheKeysAndLogitsOfTheReference) {
  const auto state = state_of(*network);
  EXPECT_EQ(count_parameters(*network), record.at("parameters").get<int64_t>());
  EXPECT_EQ(state.size(), record.at("keys").get<size_t>());
  ASSERT_EQ(digest_of(state), record.at("digest").get<std::string>()) << "of the keys and shapes in their order";
  for (const auto& node : lower(network).nodes) EXPECT_NE(node.op, "opaque") << node.key;

  const torch::NoGradGuard no_grad;
  const auto fused = fuse(network, {.share_weights = true}).forward(input.to(torch::kFloat));
  expect_close(fused, numbers("eval_logits"), kFusedTolerance, record.at("stride"), "fused");
  const bool exact = record.contains("train_logits");
  network->to(exact ? torch::kDouble : torch::kFloat);
  network->eval();
  const auto logits = network->forward(input.to(exact ? torch::kDouble : torch::kFloat));
  expect_close(logits, numbers("eval_logits"), exact ? kTolerance : kFloatTolerance, record.at("stride"));
}

INSTANTIATE_TEST_SUITE_P(Small, Rows, testing::ValuesIn(split_records(false).by_default),
                         [](const auto& name) { return name.param; });
INSTANTIATE_TEST_SUITE_P(Full, Rows, testing::ValuesIn(split_records(false).full),
                         [](const auto& name) { return name.param; });

TEST_P(TrainedRows, TrainAsTheReference) {
  network->to(torch::kDouble);
  const auto logits = network->forward(input.to(torch::kDouble));
  expect_close(logits, numbers("train_logits"), kTolerance, record.at("stride"));
  (logits * uniform("loss", logits.sizes())).sum().backward();
  const auto [stages, largest] = step();
  ASSERT_EQ(stages.size(), record.at("stages").size());
  for (const auto& [name, stage] : stages) {
    const auto expected = record.at("stages").at(name).get<std::vector<double>>();
    EXPECT_NEAR(std::sqrt(stage.squares), expected[0], kTolerance * largest) << "gradients of " << name;
    EXPECT_NEAR(stage.probes, expected[1], kTolerance * stage.scale) << name << " after a step";
  }
}

INSTANTIATE_TEST_SUITE_P(Small, TrainedRows, testing::ValuesIn(split_records(true).by_default),
                         [](const auto& name) { return name.param; });
INSTANTIATE_TEST_SUITE_P(Full, TrainedRows, testing::ValuesIn(split_records(true).full),
                         [](const auto& name) { return name.param; });

TEST(RowsOfTheRegistry, HaveAFixtureEach) {
  std::set<std::string> proven{"alexnet", "tabular_mlp", "tabular_resnet"};
  for (const auto depth : {18, 34, 50, 101, 152}) proven.insert(fmt::format("resnet{}", depth));
  for (const auto depth : {20, 32, 44, 56, 110}) proven.insert(fmt::format("cifar_resnet{}", depth));
  for (const auto& [name, record] : records().items()) proven.insert(record.at("model").get<std::string>());
  for (const auto& name : registry().names()) EXPECT_TRUE(proven.count(name)) << name;
}

TEST(RowsOfTheRegistry, ShareANameWhereTorchvisionAndTimmAgree) {
  const auto twins = read_fixture("timm_resnet_rows").at("twins_of_torchvision").get<std::vector<std::string>>();
  EXPECT_EQ(twins.size(), 10);  // timm_models.py compared keys and logits of each
  for (const auto& name : twins) EXPECT_EQ(registry().find(name).reference, "torchvision") << name;
}
