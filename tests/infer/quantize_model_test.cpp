// Quantization of a model by examples: ranges, corrected biases, and layers that stay in float32.
#include "reszoo/infer/quantize_model.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reszoo/base/error.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

Model model_of_images() {
  Model model;
  model.name = "cifar_resnet20";
  model.options = ImageOptions{.outputs = 7};
  model.networks = {create_model(model.name, model.options)};
  fill_module(*model.network());
  model.network()->eval();
  return model;
}

std::vector<Tensor> examples() { return uniform("x", {48, 3, 16, 16}).split(16); }

}  // namespace

TEST(QuantizeModel, LayersThatHurtStayInFloat32) {
  const torch::NoGradGuard no_grad;
  auto all = model_of_images();
  const auto without_limit = quantize_model(all, examples());
  EXPECT_EQ(without_limit.examples, 48);
  EXPECT_TRUE(without_limit.kept.empty());
  EXPECT_LE(without_limit.error, 0.2);
  auto model = model_of_images();
  const double allowed = std::max(0.0, 1 - without_limit.same_class - 0.01);
  const auto agreement = quantize_model(model, examples(), {.max_drop = allowed});
  EXPECT_GE(agreement.same_class, 1 - allowed - 0.03);  // biases were corrected after the choice
  EXPECT_EQ(model.quantization.layers.size() + agreement.kept.size(), all.quantization.layers.size());
  EXPECT_EQ(agreement.kept.empty(), without_limit.same_class >= 1 - allowed);
  EXPECT_EQ(agreement.to_json()["kept"].size(), agreement.kept.size());
}

TEST(QuantizeModel, TheRuleWithTheNearestOutputsIsTaken) {
  const torch::NoGradGuard no_grad;
  auto best = model_of_images();
  const auto error = quantize_model(best, examples()).error;
  for (const auto rule : {RangeRule::average, RangeRule::percentile, RangeRule::least_error}) {
    auto model = model_of_images();
    EXPECT_LE(error, quantize_model(model, examples(), {.ranges = rule}).error * 1.001);
  }
}

TEST(QuantizeModel, CorrectedBiasesKeepTheMeanOfTheOutputs) {
  const torch::NoGradGuard no_grad;
  const auto error_of_mean = [](bool corrected) {
    auto model = model_of_images();
    const auto x = torch::cat(examples());
    const auto exact = model.network()->forward(x).mean(0);
    Calibration calibration(model.network());
    for (const auto& batch : examples()) calibration.add(batch);
    const auto layers = calibration.result().layers;
    if (corrected) calibration.correct_biases(layers);
    const auto fused = fuse(model.network(), {.precision = Precision::int8, .quantization = calibration.result()});
    return (fused.forward(x).mean(0) - exact).norm().item<double>();
  };
  EXPECT_LT(error_of_mean(true), error_of_mean(false) * 1.05);
}

TEST(QuantizeModel, RefusesAnEnsemble) {
  auto model = model_of_images();
  model.networks.push_back(model.networks.front());
  expect_error(ErrorKind::usage, "is an ensemble; int8 is for one network", [&] { quantize_model(model, examples()); });
}
