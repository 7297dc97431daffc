// ONNX of activations.
#include <torch/nn/modules/activation.h>

#include <numbers>

#include "onnx_graph.h"
#include "reszoo/base/error.h"

namespace reszoo::onnx {

Value relu(OnnxGraph& graph, const OnnxCall& call) { return graph.apply("Relu", {call.x()}); }

Value gelu(OnnxGraph& graph, const OnnxCall& call) {
  const auto& approximate = call.module<nn::GELUImpl>().options.approximate();
  if (approximate != "none")
    fail(ErrorKind::usage, "{}: only the exact GELU can be written as ONNX, got approximate=\"{}\"", call.node.key, approximate);
  const auto half = graph.apply("Mul", {call.x(), graph.number(0.5)});
  const auto erf = graph.apply("Erf", {graph.apply("Div", {call.x(), graph.number(std::numbers::sqrt2)})});
  return graph.apply("Mul", {half, graph.apply("Add", {erf, graph.number(1)})});
}

Value silu(OnnxGraph& graph, const OnnxCall& call) {
  return graph.apply("Mul", {call.x(), graph.apply("Sigmoid", {call.x()})});
}

Value leaky_relu(OnnxGraph& graph, const OnnxCall& call) {
  const auto slope = call.module<nn::LeakyReLUImpl>().options.negative_slope();
  return graph.add("LeakyRelu", {call.x()})->f_(attribute("alpha"), slope)->output();
}

}  // namespace reszoo::onnx
