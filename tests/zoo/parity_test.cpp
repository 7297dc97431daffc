// Every model with a long fixture against its Python reference: keys, shapes, logits, gradients and one step of SGD,
// with weights from the same hash on both sides.
#include <gtest/gtest.h>

#include "reszoo/graph/profile.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

// Relative to the largest value. The fixtures are computed in float64: in a deep network with two images, float32
// gradients differ by 1e-3.
constexpr double kParityTolerance = 1e-7;
constexpr double kParityFloatTolerance = 2e-5;

struct Row {
  std::string fixture, model;
};
void PrintTo(const Row& row, std::ostream* stream) { *stream << row.fixture; }

Network build(const Row& row, const json& fixture) {
  const auto& options = fixture.at("options");
  if (options.contains("numeric")) return create_model(row.model, options_from_json(Domain::tabular, options));
  if (registry().find(row.model).domain == Domain::tabular)
    return create_model(row.model, TabularOptions{.outputs = options.at("outputs"),
                                                  .numeric = options.at("features"),
                                                  .blocks = options.at("blocks"),
                                                  .width = options.at("width"),
                                                  .hidden_factor = options.at("hidden_factor"),
                                                  .dropout = 0.0});
  ImageOptions image{.outputs = options.at("outputs"), .channels = options.at("channels")};
  if (row.model == "alexnet") image.dropout = 0.0;
  return create_model(row.model, image);
}

class Parity : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    fixture = read_fixture(GetParam().fixture);
    network = build(GetParam(), fixture);
    fill_module(*network);
    input = uniform("input", fixture.at("input_shape").get<std::vector<int64_t>>()).to(torch::kDouble);
    network->to(torch::kDouble);
  }
  std::vector<double> numbers(const char* name) const { return fixture.at(name).get<std::vector<double>>(); }

  json fixture;
  Network network{nullptr};
  Tensor input;
};

}  // namespace

TEST_P(Parity, KeysShapesAndCountAreThoseOfTheReference) {
  json keys = json::array();
  for (const auto& item : state_of(*network)) keys.push_back({item.key(), item.value().sizes().vec()});
  EXPECT_EQ(keys, fixture.at("keys"));
  EXPECT_EQ(count_parameters(*network), fixture.at("parameters").get<int64_t>());
}

TEST_P(Parity, EvaluationGivesTheLogitsOfTheReference) {
  torch::NoGradGuard no_grad;
  network->eval();
  const int64_t stride = fixture.at("stride");
  expect_close(network->forward(input), numbers("eval_logits"), kParityTolerance, stride, "float64");
  network->to(torch::kFloat);
  expect_close(network->forward(input.to(torch::kFloat)), numbers("eval_logits"), kParityFloatTolerance, stride,
               "float32");
}

TEST_P(Parity, TrainingGivesTheLogitsGradientsAndStepOfTheReference) {
  const int64_t stride = fixture.at("stride");
  const auto logits = network->forward(input);
  expect_close(logits, numbers("train_logits"), kParityTolerance, stride, "train logits");
  (logits * uniform("loss", logits.sizes())).sum().backward();

  torch::NoGradGuard no_grad;
  double largest = 0;
  for (const auto& [key, norm] : fixture.at("gradient_norms").items()) largest = std::max(largest, norm.get<double>());
  const double rate = fixture.at("learning_rate");
  for (auto& item : network->named_parameters()) {
    EXPECT_NEAR(item.value().grad().norm().item<double>(), fixture.at("gradient_norms").at(item.key()).get<double>(),
                kParityTolerance * largest)
        << item.key();
    item.value().sub_(item.value().grad(), rate);
  }
  for (const auto& item : state_of(*network)) {
    const auto tensor = item.value().to(torch::kDouble);
    const auto probe = uniform(item.key() + ".probe", tensor.sizes()).to(torch::kDouble);
    EXPECT_NEAR((tensor * probe).sum().item<double>(), fixture.at("after_step").at(item.key()).get<double>(),
                kParityTolerance * (1 + tensor.norm().item<double>()))
        << item.key();
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, Parity,
                         testing::Values(Row{"resnet18_10_outputs", "resnet18"}, Row{"resnet50", "resnet50"},
                                         Row{"alexnet", "alexnet"}, Row{"cifar_resnet20", "cifar_resnet20"},
                                         Row{"cifar_resnet20_grey", "cifar_resnet20"},
                                         Row{"tabular_resnet", "tabular_resnet"},
                                         Row{"tabular_resnet_wide", "tabular_resnet"},
                                         Row{"tabular_mlp", "tabular_mlp"}, Row{"tabm", "tabular_mlp"},
                                         Row{"tabm_mini", "tabular_mlp"}, Row{"tabm_packed", "tabular_mlp"}),
                         [](const auto& row) { return row.param.fixture; });

// The same building blocks in other depths.
INSTANTIATE_TEST_SUITE_P(Full, Parity,
                         testing::Values(Row{"resnet18", "resnet18"}, Row{"resnet34", "resnet34"},
                                         Row{"resnet101", "resnet101"}, Row{"resnet152", "resnet152"},
                                         Row{"cifar_resnet32", "cifar_resnet32"},
                                         Row{"cifar_resnet44", "cifar_resnet44"},
                                         Row{"cifar_resnet56", "cifar_resnet56"},
                                         Row{"cifar_resnet110", "cifar_resnet110"}),
                         [](const auto& row) { return row.param.fixture; });

namespace {
class SmallParity : public Parity {};
}  // namespace

TEST_P(SmallParity, FixtureFeelsEveryTensor) {
  torch::NoGradGuard no_grad;
  network->eval();
  const auto before = network->forward(input);
  const double threshold = 100 * kParityFloatTolerance * before.abs().max().item<double>();
  for (auto& item : state_of(*network)) {
    if (item.key().ends_with("num_batches_tracked")) continue;  // a counter; after_step covers it
    const auto saved = item.value().clone();
    item.value().mul_(1.5).add_(0.1);
    EXPECT_GT((network->forward(input) - before).abs().max().item<double>(), threshold) << item.key();
    item.value().copy_(saved);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, SmallParity,
                         testing::Values(Row{"resnet18_10_outputs", "resnet18"},
                                         Row{"cifar_resnet20", "cifar_resnet20"},
                                         Row{"tabular_resnet", "tabular_resnet"},
                                         Row{"tabular_resnet_wide", "tabular_resnet"},
                                         Row{"tabular_mlp", "tabular_mlp"}, Row{"tabm", "tabular_mlp"},
                                         Row{"tabm_mini", "tabular_mlp"}, Row{"tabm_packed", "tabular_mlp"}),
                         [](const auto& row) { return row.param.fixture; });
