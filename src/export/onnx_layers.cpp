// ONNX writers of convolutions and linear layers.
#include "onnx_graph.h"
#include "reszoo/base/error.h"

namespace reszoo::onnx {
namespace {

/// Returns the inputs of a layer: x, the weight and the bias, if there is one.
std::vector<OnnxValue> layer_inputs(OnnxGraph& graph, const OnnxCall& call, const Tensor& weight, const Tensor& bias) {
  std::vector<OnnxValue> inputs{call.x()};
  if (call.layer) {
    const auto [of_weight, of_bias] = call.layer(call.key, weight, bias);
    inputs.push_back(of_weight);
    if (of_bias) inputs.push_back(of_bias);
    return inputs;
  }
  inputs.push_back(graph.weight(call.name("weight"), weight));
  if (bias.defined()) inputs.push_back(graph.weight(call.name("bias"), bias));
  return inputs;
}

/// A sequence has one spatial dimension, where the operation has two, the first of size 1.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Conv& conv) {
  const size_t first = call.shape().size() == 3 ? 1 : 0;
  const auto sizes = [&](const std::array<int64_t, 2>& values) {
    return std::vector<int64_t>(values.begin() + first, values.end());
  };
  const auto weight = first ? conv.weight.squeeze(2) : conv.weight;
  auto pads = sizes(conv.padding);
  pads.insert(pads.end(), conv.padding.begin() + first, conv.padding.end());
  auto* node = graph.add("Conv", layer_inputs(graph, call, weight, conv.bias));
  node->is_(attribute("kernel_shape"), sizes({conv.weight.size(2), conv.weight.size(3)}));
  node->is_(attribute("strides"), sizes(conv.stride));
  node->is_(attribute("dilations"), sizes(conv.dilation));
  node->is_(attribute("pads"), pads);
  node->i_(attribute("group"), conv.groups);
  return node->output();
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Linear& linear) {
  if (call.shape().size() != 2)
    fail(ErrorKind::usage, "{}: only a linear layer on rows (N, C) can be written as ONNX", call.key);
  return graph.add("Gemm", layer_inputs(graph, call, linear.weight, linear.bias))->i_(attribute("transB"), 1)->output();
}

}  // namespace

void add_layer_writers(OnnxWriters& writers) {
  writers.add<ops::Conv>(write);
  writers.add<ops::Linear>(write);
}

}  // namespace reszoo::onnx
