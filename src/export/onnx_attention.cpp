// ONNX writers of channel attention.
#include "onnx_graph.h"

namespace reszoo::onnx {
namespace {

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::ChannelScale&) {
  auto gates = call.inputs.at(1);
  if (call.shapes.at(1).size() != call.shape().size()) {
    std::vector<int64_t> shape(call.shape().size(), 1);
    shape[0] = 0;
    shape[1] = -1;
    gates = graph.apply("Reshape", {gates, graph.integers(shape)});
  }
  return graph.apply("Mul", {call.x(), gates});
}

/// The channels of an image become one row (N, 1, C), so that the convolution runs along them.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::ChannelConv& conv) {
  const auto row = graph.apply("Reshape", {call.x(), graph.integers({0, 1, -1})});
  const auto half = conv.weight.size(2) / 2;
  auto* seen = graph.add("Conv", {row, graph.weight(call.name("weight"), conv.weight)});
  seen->is_(attribute("pads"), {half, half});
  return graph.apply("Reshape", {seen->output(), graph.integers({0, -1})});
}

}  // namespace

void add_attention_writers(OnnxWriters& writers) {
  writers.add<ops::ChannelScale>(write);
  writers.add<ops::ChannelConv>(write);
}

}  // namespace reszoo::onnx
