// int8 layers in ONNX files, compared with the fused network.
#include <gtest/gtest.h>

#include "onnx_reader.h"
#include "reszoo/export/onnx.h"
#include "reszoo/zoo/registry.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

namespace {

/// Returns the file of a network that was calibrated on the inputs, and the relative error of its outputs.
std::pair<OnnxFile, double> int8_file(const Network& network, const Tensor& inputs, int64_t float_layers = 0) {
  const TempDir folder;
  fill_module(*network);
  Calibration calibration(network);
  calibration.add(inputs);
  auto quantization = calibration.result();
  quantization.layers.resize(quantization.layers.size() - static_cast<size_t>(float_layers));
  export_onnx(network, folder / "network.onnx", {.quantization = quantization});
  auto file = read_onnx(folder / "network.onnx");
  const auto fused = fuse(network, {.precision = Precision::int8, .quantization = quantization});
  const auto wanted = fused.forward(inputs);
  return {std::move(file), ((file.run(inputs) - wanted).norm() / wanted.norm()).item<double>()};
}

int64_t count(const OnnxFile& file, const std::string& op) {
  return std::count_if(file.nodes.begin(), file.nodes.end(), [&](const auto& node) { return node.op == op; });
}

}  // namespace

TEST(OnnxInt8, AnswersAsTheFusedNetwork) {
  const torch::NoGradGuard no_grad;
  for (const auto* name : {"cifar_resnet20", "seresnet18"}) {
    SCOPED_TRACE(name);
    const auto [file, error] = int8_file(create_model(name), uniform("x", {2, 3, 48, 48}));
    EXPECT_LE(error, 0.03);  // results before a sum are rounded too
    EXPECT_GT(count(file, "QuantizeLinear"), 0);
    EXPECT_EQ(count(file, "BatchNormalization"), 0);
  }
}

TEST(OnnxInt8, WeightsAreBytesWithAScaleForEachOutput) {
  const torch::NoGradGuard no_grad;
  const auto [file, error] = int8_file(create_model("cifar_resnet20"), uniform("x", {4, 3, 32, 32}), 1);
  EXPECT_EQ(file.weights.at("layer1.0.conv1.weight").scalar_type(), torch::kChar);
  EXPECT_EQ(file.weights.at("layer1.0.conv1.weight_scale").sizes(), (std::vector<int64_t>{16}));
  EXPECT_EQ(file.weights.at("layer1.0.conv1.bias").scalar_type(), torch::kInt);
  EXPECT_EQ(file.weights.at("fc.weight").scalar_type(), torch::kFloat) << "it is no layer of the quantization";
}

TEST(OnnxInt8, RowsOfATableToo) {
  const torch::NoGradGuard no_grad;
  const TabularOptions options{.outputs = 3, .numeric = 8, .blocks = 2, .width = 32};
  const auto [file, error] = int8_file(create_model("tabular_resnet", options), uniform("x", {64, 8}) * 2 - 1);
  EXPECT_LE(error, 0.05);
}

TEST(OnnxInt8, ABiasBeyondItsIntegersGetsALargerScale) {
  const torch::NoGradGuard no_grad;
  auto network = create_model("cifar_resnet20");
  fill_module(*network);
  network->named_parameters()["bn1.weight"][0] = 1e-30F;
  network->named_parameters()["bn1.bias"][0] = 5;
  const TempDir folder;
  Calibration calibration(network);
  const auto inputs = uniform("x", {4, 3, 32, 32});
  calibration.add(inputs);
  export_onnx(network, folder / "network.onnx", {.quantization = calibration.result()});
  const auto file = read_onnx(folder / "network.onnx");
  const auto first = [&](const char* key) { return file.weights.at(key)[0].item<double>(); };
  EXPECT_NEAR(first("conv1.bias") * first("conv1.bias_scale"), 5, 1e-3);
}
