// Writes networks whose layers compute in int8 with QuantizeLinear and DequantizeLinear.
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "fusion/folded_operations.h"
#include "onnx_network.h"
#include "reszoo/weights/quantized.h"

namespace reszoo::onnx {
namespace {

/// Integers of activations. Files do not depend on the processor that writes them: they have all 8 bits.
constexpr double kLargest = 255;

/// real = (integer - zero_point) * scale; both are constants of one element, or one for each output.
struct Grid {
  Tensor scale, zero_point;

  static Grid of(const ValueRange& range) {
    const double low = std::min(range.min, 0.0F), high = std::max(range.max, 0.0F);
    const double scale = high > low ? (high - low) / kLargest : 1;
    return {torch::tensor(static_cast<float>(scale)), torch::tensor(std::lround(-low / scale)).to(torch::kByte)};
  }
};

OnnxValue dequantized(OnnxGraph& graph, OnnxValue integers, OnnxValue scale, const Tensor& zero_point) {
  auto* node = graph.add("DequantizeLinear", {integers, scale, graph.constant(zero_point)});
  return node->i_(attribute("axis"), 0)->output();
}

/// Rounds a value to the grid.
OnnxValue rounded(OnnxGraph& graph, OnnxValue x, const Grid& grid) {
  const auto integers = graph.apply("QuantizeLinear", {x, graph.constant(grid.scale), graph.constant(grid.zero_point)});
  return graph.apply("DequantizeLinear", {integers, graph.constant(grid.scale), graph.constant(grid.zero_point)});
}

/// Returns the weight and the bias, or nullptr, of a layer that reads integers of the grid `input`. Integers of the
/// bias have the scale of the products. An output whose products are too small for that, since its weights are almost
/// zero, gets larger scales.
std::pair<OnnxValue, OnnxValue> int8_values(OnnxGraph& graph, const std::string& key, const Tensor& weight,
                                            const Tensor& bias, const Grid& input) {
  auto quantized = QuantizedWeight::of(weight);
  const auto of_input = input.scale.item<double>();
  if (bias.defined()) {
    constexpr double kMost = 1 << 30;
    const auto least = (bias.to(torch::kDouble).abs() / (kMost * of_input)).to(torch::kFloat);
    const auto scale = torch::maximum(quantized.scale, least);
    std::vector<int64_t> shape(static_cast<size_t>(weight.dim()), 1);
    shape[0] = -1;
    quantized.values = torch::where((scale > quantized.scale).reshape(shape),
                                    (weight / scale.reshape(shape)).round().to(torch::kChar), quantized.values);
    quantized.scale = scale;
  }
  const auto name = key + ".weight";
  const auto of_weight =
      dequantized(graph, graph.weight(name, quantized.values), graph.weight(name + "_scale", quantized.scale),
                  torch::zeros_like(quantized.scale, torch::kChar));
  if (!bias.defined()) return {of_weight, nullptr};
  const auto scale = (quantized.scale.to(torch::kDouble) * of_input).to(torch::kFloat);
  const auto integers = (bias.to(torch::kDouble) / scale.to(torch::kDouble)).round().to(torch::kInt);
  return {of_weight, dequantized(graph, graph.weight(key + ".bias", integers), graph.weight(key + ".bias_scale", scale),
                                 torch::zeros_like(integers))};
}

}  // namespace

Logits write_int8_network(OnnxGraph& graph, const NetworkCall& network, const Graph& lowered,
                          const Operations& operations, const std::vector<std::vector<int64_t>>& shapes) {
  const auto folded =
      folded_operations(lowered, operations, network.quantization, network.prepared.input.sizes().vec());
  std::vector<OnnxValue> values;
  for (const auto& operation : folded) {
    graph.begin(network.prefix + operation.key);
    OnnxCall call{.key = network.prefix + operation.key, .inputs = {}, .shapes = {}};
    for (const size_t input : operation.inputs) {
      call.inputs.push_back(values[input]);
      call.shapes.push_back(shapes[folded[input].operation]);
    }
    auto y = network.input;
    if (!operation.inputs.empty()) {
      if (operation.int8) {
        const auto grid = Grid::of(*folded[operation.inputs[0]].stored_as);
        call.layer = [&graph, grid](const std::string& key, const Tensor& weight, const Tensor& bias) {
          return int8_values(graph, key, weight, bias, grid);
        };
      }
      y = onnx_writers().write(graph, call, operation.primitive);
    }
    if (operation.flat) y = graph.add("Flatten", {y})->i_(attribute("axis"), 1)->output();
    // ONNX Runtime multiplies integers only where the result is stored as integers.
    if (operation.product) y = rounded(graph, y, Grid::of(*operation.product));
    if (operation.residual) y = graph.apply("Add", {y, call.inputs.back()});
    if (operation.activation) {
      call.inputs = {y};
      y = onnx_writers().write(graph, call, *operation.activation);
    }
    if (operation.stored_as) y = rounded(graph, y, Grid::of(*operation.stored_as));
    values.push_back(y);
  }
  graph.begin("");
  return {values.back(), shapes[folded.back().operation]};
}

}  // namespace reszoo::onnx
