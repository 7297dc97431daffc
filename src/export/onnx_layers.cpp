// ONNX writers of convolutions and linear layers.
#include "onnx_graph.h"
#include "reszoo/base/error.h"

namespace reszoo::onnx {
namespace {

/// A sequence has one spatial dimension, where the operation has two, the first of size 1.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::Conv& conv) {
  const size_t first = call.shape().size() == 3 ? 1 : 0;
  const auto sizes = [&](const std::array<int64_t, 2>& values) {
    return std::vector<int64_t>(values.begin() + first, values.end());
  };
  const auto weight = first ? conv.weight.squeeze(2) : conv.weight;
  std::vector<OnnxValue> inputs{call.x(), graph.weight(call.name("weight"), weight)};
  if (conv.bias.defined()) inputs.push_back(graph.weight(call.name("bias"), conv.bias));
  auto pads = sizes(conv.padding);
  pads.insert(pads.end(), conv.padding.begin() + first, conv.padding.end());
  auto* node = graph.add("Conv", inputs);
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
  std::vector<OnnxValue> inputs{call.x(), graph.weight(call.name("weight"), linear.weight)};
  if (linear.bias.defined()) inputs.push_back(graph.weight(call.name("bias"), linear.bias));
  return graph.add("Gemm", inputs)->i_(attribute("transB"), 1)->output();
}

}  // namespace

void add_layer_writers(OnnxWriters& writers) {
  writers.add<ops::Conv>(write);
  writers.add<ops::Linear>(write);
}

}  // namespace reszoo::onnx
