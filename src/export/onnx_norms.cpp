// ONNX writers of norms.
#include "onnx_graph.h"
#include "reszoo/base/error.h"

namespace reszoo::onnx {
namespace {

/// Returns the weight, or the value `otherwise` if a norm has none.
OnnxValue weight_or(OnnxGraph& graph, const std::string& key, const Tensor& weight, int64_t width, double otherwise) {
  if (weight.defined()) return graph.weight(key, weight);
  return graph.constant(torch::full({width}, otherwise, torch::kFloat));
}

/// Returns a weight with one value per channel as (C, 1, 1), which broadcasts over (N, C, H, W).
OnnxValue by_channel(OnnxGraph& graph, const OnnxCall& call, const char* name, const Tensor& weight) {
  std::vector<int64_t> shape(call.shape().size() - 1, 1);
  shape[0] = -1;
  return graph.apply("Reshape", {graph.weight(call.name(name), weight), graph.integers(shape)});
}

/// x * weight + bias, with one value per channel.
OnnxValue scale_and_shift(OnnxGraph& graph, const OnnxCall& call, OnnxValue x, const Tensor& weight,
                          const Tensor& bias) {
  if (!weight.defined()) return x;
  const auto scaled = graph.apply("Mul", {x, by_channel(graph, call, "weight", weight)});
  return graph.apply("Add", {scaled, by_channel(graph, call, "bias", bias)});
}

/// sqrt(mean(x^2) + epsilon) over these dimensions, which are kept with size 1.
OnnxValue root_mean_square(OnnxGraph& graph, OnnxValue x, const std::vector<int64_t>& dimensions, double epsilon) {
  auto* mean = graph.add("ReduceMean", {graph.apply("Mul", {x, x})});
  mean->is_(attribute("axes"), dimensions);
  return graph.apply("Sqrt", {graph.apply("Add", {mean->output(), graph.number(epsilon)})});
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::BatchNorm& norm) {
  const auto width = call.shape().at(1);
  auto* node = graph.add("BatchNormalization", {call.x(), weight_or(graph, call.name("weight"), norm.weight, width, 1),
                                                weight_or(graph, call.name("bias"), norm.bias, width, 0),
                                                graph.weight(call.name("running_mean"), norm.mean),
                                                graph.weight(call.name("running_var"), norm.variance)});
  return node->f_(attribute("epsilon"), norm.epsilon)->output();
}

/// There is no group norm before opset 18: each group becomes a channel of an instance norm.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::GroupNorm& norm) {
  const auto width = call.shape().at(1);
  if (norm.groups == 0) {
    auto* node =
        graph.add("InstanceNormalization", {call.x(), weight_or(graph, call.name("weight"), norm.weight, width, 1),
                                            weight_or(graph, call.name("bias"), norm.bias, width, 0)});
    return node->f_(attribute("epsilon"), norm.epsilon)->output();
  }
  const auto grouped = graph.apply("Reshape", {call.x(), graph.integers({0, norm.groups, -1})});
  auto* node = graph.add("InstanceNormalization", {grouped, graph.constant(torch::ones(norm.groups)),
                                                   graph.constant(torch::zeros(norm.groups))});
  node->f_(attribute("epsilon"), norm.epsilon);
  const auto back = graph.apply("Reshape", {node->output(), graph.apply("Shape", {call.x()})});
  return scale_and_shift(graph, call, back, norm.weight, norm.bias);
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::LayerNorm& norm) {
  std::vector<OnnxValue> inputs{call.x()};
  if (norm.weight.defined()) {
    inputs.push_back(graph.weight(call.name("weight"), norm.weight));
    inputs.push_back(graph.weight(call.name("bias"), norm.bias));
  } else {
    inputs.push_back(graph.constant(torch::ones(norm.shape)));
  }
  auto* node = graph.add("LayerNormalization", inputs);
  node->i_(attribute("axis"), -static_cast<int64_t>(norm.shape.size()));
  return node->f_(attribute("epsilon"), norm.epsilon)->output();
}

/// Groups become rows (N, G, ...), and the standard deviation of each is computed.
OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::EvoNorm& norm) {
  const auto x = call.x();
  const auto grouped = [&](OnnxValue value) {
    return graph.apply("Reshape", {value, graph.integers({0, norm.groups, -1})});
  };
  const auto gate = graph.apply("Sigmoid", {graph.apply("Mul", {x, by_channel(graph, call, "v", norm.v)})});
  auto* mean = graph.add("ReduceMean", {grouped(x)});
  mean->is_(attribute("axes"), {2});
  const auto centred = graph.apply("Sub", {grouped(x), mean->output()});
  const auto deviation = root_mean_square(graph, centred, {2}, norm.epsilon);
  const auto divided = graph.apply("Div", {grouped(graph.apply("Mul", {x, gate})), deviation});
  const auto back = graph.apply("Reshape", {divided, graph.apply("Shape", {x})});
  return scale_and_shift(graph, call, back, norm.weight, norm.bias);
}

OnnxValue write(OnnxGraph& graph, const OnnxCall& call, const ops::ResponseNorm& norm) {
  std::vector<int64_t> pixels;
  for (size_t i = 2; i < call.shape().size(); ++i) pixels.push_back(static_cast<int64_t>(i));
  const auto root = root_mean_square(graph, call.x(), pixels, norm.epsilon);
  const auto scaled = scale_and_shift(graph, call, graph.apply("Div", {call.x(), root}), norm.weight, norm.bias);
  return graph.apply("Max", {scaled, by_channel(graph, call, "tau", norm.tau)});
}

}  // namespace

void add_norm_writers(OnnxWriters& writers) {
  writers.add<ops::BatchNorm>(write);
  writers.add<ops::GroupNorm>(write);
  writers.add<ops::LayerNorm>(write);
  writers.add<ops::EvoNorm>(write);
  writers.add<ops::ResponseNorm>(write);
}

}  // namespace reszoo::onnx
