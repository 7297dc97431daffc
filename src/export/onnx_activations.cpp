// ONNX writers of activations.
#include <numbers>

#include "onnx_graph.h"
#include "reszoo/base/error.h"

namespace reszoo::onnx {
namespace {

OnnxValue gelu(OnnxGraph& graph, OnnxValue x) {
  const auto half = graph.apply("Mul", {x, graph.number(0.5)});
  const auto erf = graph.apply("Erf", {graph.apply("Div", {x, graph.number(std::numbers::sqrt2)})});
  return graph.apply("Mul", {half, graph.apply("Add", {erf, graph.number(1)})});
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Activation& activation) {
  using Kind = ops::Activation::Kind;
  const auto x = call.x();
  switch (activation.kind) {
    case Kind::relu: return graph.apply("Relu", {x});
    case Kind::leaky_relu: return graph.add("LeakyRelu", {x})->f_(attribute("alpha"), activation.slope)->output();
    case Kind::gelu: return gelu(graph, x);
    case Kind::gelu_tanh:
      fail(ErrorKind::usage, "{}: only the exact GELU can be written as ONNX, got approximate=\"tanh\"", call.key);
    case Kind::silu: return graph.apply("Mul", {x, graph.apply("Sigmoid", {x})});
    case Kind::hard_swish: return graph.apply("HardSwish", {x});
    case Kind::sigmoid: return graph.apply("Sigmoid", {x});
  }
  return x;
}

}  // namespace

void add_activation_writers(OnnxWriters& writers) { writers.add<ops::Activation>(write); }

}  // namespace reszoo::onnx
