// ONNX of channels that weigh themselves.
#include "onnx_graph.h"
#include "reszoo/nn/efficient_channel_attention.h"
#include "reszoo/nn/squeeze_excite.h"

namespace reszoo::onnx {
namespace {

/// A convolution whose kernel is one pixel, of the child `name`.
Value pointwise(OnnxGraph& graph, const OnnxCall& call, Value x, const std::string& name, const nn::Conv2dImpl& conv) {
  const auto key = call.node.key + "." + name;
  return graph.apply("Conv", {x, graph.weight(key + ".weight", conv.weight), graph.weight(key + ".bias", conv.bias)});
}

}  // namespace

Value squeeze_excite(OnnxGraph& graph, const OnnxCall& call) {
  const auto& attention = call.module<SqueezeExciteImpl>();
  const auto mean = graph.apply("GlobalAveragePool", {call.x()});
  const auto squeezed = graph.apply("Relu", {pointwise(graph, call, mean, "fc1", *attention.fc1)});
  const auto gates = graph.apply("Sigmoid", {pointwise(graph, call, squeezed, "fc2", *attention.fc2)});
  return graph.apply("Mul", {call.x(), gates});
}

/// The means are one row (N, 1, C), along which the convolution runs.
Value eca(OnnxGraph& graph, const OnnxCall& call) {
  const auto& attention = call.module<EfficientChannelAttentionImpl>();
  const auto means = graph.apply("GlobalAveragePool", {call.x()});
  const auto row = graph.apply("Reshape", {means, graph.integers({0, 1, -1})});
  const int64_t half = attention.options.kernel() / 2;
  auto* seen = graph.add("Conv", {row, graph.weight(call.key("conv.weight"), attention.conv->weight)});
  seen->is_(attribute("pads"), {half, half});
  const auto gates = graph.apply("Sigmoid", {seen->output()});
  return graph.apply("Mul", {call.x(), graph.apply("Reshape", {gates, graph.integers({0, -1, 1, 1})})});
}

}  // namespace reszoo::onnx
