// ONNX of norms.
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/instancenorm.h>
#include <torch/nn/modules/normalization.h>

#include "onnx_graph.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/evo_norm2d.h"
#include "reszoo/nn/filter_response_norm2d.h"

namespace reszoo::onnx {
namespace {

/// The weight, or `otherwise` where a norm has none.
Value weight_or(OnnxGraph& graph, const std::string& key, const Tensor& weight, int64_t width, double otherwise) {
  if (weight.defined()) return graph.weight(key, weight);
  return graph.constant(torch::full({width}, otherwise, torch::kFloat));
}

/// Norms whose statistics are kept: of any type that has LibTorch's members for it.
template <typename Norm>
Value with_statistics(OnnxGraph& graph, const OnnxCall& call, const Norm& norm) {
  const auto width = call.shape.at(1);
  auto* node = graph.add("BatchNormalization", {call.x(), weight_or(graph, call.key("weight"), norm.weight, width, 1),
                                                weight_or(graph, call.key("bias"), norm.bias, width, 0),
                                                graph.weight(call.key("running_mean"), norm.running_mean),
                                                graph.weight(call.key("running_var"), norm.running_var)});
  return node->f_(attribute("epsilon"), norm.options.eps())->output();
}

/// A weight of a number a channel as (C, 1, 1), beside (N, C, H, W).
Value by_channel(OnnxGraph& graph, const OnnxCall& call, const char* name, const Tensor& weight) {
  std::vector<int64_t> shape(call.shape.size() - 1, 1);
  shape[0] = -1;
  return graph.apply("Reshape", {graph.weight(call.key(name), weight), graph.integers(shape)});
}

/// x * weight + bias, a number a channel.
Value scale_and_shift(OnnxGraph& graph, const OnnxCall& call, Value x, const Tensor& weight, const Tensor& bias) {
  if (!weight.defined()) return x;
  const auto scaled = graph.apply("Mul", {x, by_channel(graph, call, "weight", weight)});
  return graph.apply("Add", {scaled, by_channel(graph, call, "bias", bias)});
}

/// sqrt(mean(x^2) + epsilon) over these dimensions, which stay as 1.
Value root_mean_square(OnnxGraph& graph, Value x, const std::vector<int64_t>& dimensions, double epsilon) {
  auto* mean = graph.add("ReduceMean", {graph.apply("Mul", {x, x})});
  mean->is_(attribute("axes"), dimensions);
  return graph.apply("Sqrt", {graph.apply("Add", {mean->output(), graph.number(epsilon)})});
}

}  // namespace

Value batch_norm(OnnxGraph& graph, const OnnxCall& call) {
  const auto write = [&](const auto& norm) {
    if (!norm.running_mean.defined())
      fail(ErrorKind::usage, "{}: a batch norm without running statistics cannot be written as ONNX", call.node.key);
    return with_statistics(graph, call, norm);
  };
  if (const auto* rows = call.node.module.ptr()->as<nn::BatchNorm1dImpl>()) return write(*rows);
  return write(call.module<nn::BatchNorm2dImpl>());
}

/// The operator has no group norm before opset 18: each group becomes a channel
/// of an instance norm.
Value group_norm(OnnxGraph& graph, const OnnxCall& call) {
  const auto& norm = call.module<nn::GroupNormImpl>();
  const auto groups = norm.options.num_groups();
  const auto grouped = graph.apply("Reshape", {call.x(), graph.integers({0, groups, -1})});
  auto* node = graph.add("InstanceNormalization", {grouped, graph.constant(torch::ones(groups)), graph.constant(torch::zeros(groups))});
  node->f_(attribute("epsilon"), norm.options.eps());
  const auto back = graph.apply("Reshape", {node->output(), graph.apply("Shape", {call.x()})});
  return scale_and_shift(graph, call, back, norm.weight, norm.bias);
}

Value layer_norm(OnnxGraph& graph, const OnnxCall& call) {
  const auto& norm = call.module<nn::LayerNormImpl>();
  const auto& shape = norm.options.normalized_shape();
  std::vector<Value> inputs{call.x()};
  if (norm.weight.defined()) {
    inputs.push_back(graph.weight(call.key("weight"), norm.weight));
    inputs.push_back(graph.weight(call.key("bias"), norm.bias));
  } else {
    inputs.push_back(graph.constant(torch::ones(shape)));
  }
  auto* node = graph.add("LayerNormalization", inputs);
  node->i_(attribute("axis"), -static_cast<int64_t>(shape.size()));
  return node->f_(attribute("epsilon"), norm.options.eps())->output();
}

Value instance_norm(OnnxGraph& graph, const OnnxCall& call) {
  const auto& norm = call.module<nn::InstanceNorm2dImpl>();
  if (norm.running_mean.defined()) return with_statistics(graph, call, norm);
  const auto width = call.shape.at(1);
  auto* node = graph.add("InstanceNormalization", {call.x(), weight_or(graph, call.key("weight"), norm.weight, width, 1),
                                                   weight_or(graph, call.key("bias"), norm.bias, width, 0)});
  return node->f_(attribute("epsilon"), norm.options.eps())->output();
}

/// Groups become rows (N, G, ...), of which the deviation is taken.
Value evo_norm(OnnxGraph& graph, const OnnxCall& call) {
  const auto& norm = call.module<EvoNorm2dImpl>();
  const auto x = call.x();
  const auto grouped = [&](Value value) { return graph.apply("Reshape", {value, graph.integers({0, norm.options.groups, -1})}); };
  const auto gate = graph.apply("Sigmoid", {graph.apply("Mul", {x, by_channel(graph, call, "v", norm.v)})});
  auto* mean = graph.add("ReduceMean", {grouped(x)});
  mean->is_(attribute("axes"), {2});
  const auto centred = graph.apply("Sub", {grouped(x), mean->output()});
  const auto deviation = root_mean_square(graph, centred, {2}, norm.options.epsilon);
  const auto divided = graph.apply("Div", {grouped(graph.apply("Mul", {x, gate})), deviation});
  const auto back = graph.apply("Reshape", {divided, graph.apply("Shape", {x})});
  return scale_and_shift(graph, call, back, norm.weight, norm.bias);
}

Value filter_response_norm(OnnxGraph& graph, const OnnxCall& call) {
  const auto& norm = call.module<FilterResponseNorm2dImpl>();
  const auto root = root_mean_square(graph, call.x(), {2, 3}, norm.options.epsilon);
  const auto scaled = scale_and_shift(graph, call, graph.apply("Div", {call.x(), root}), norm.weight, norm.bias);
  return graph.apply("Max", {scaled, by_channel(graph, call, "tau", norm.tau)});
}

}  // namespace reszoo::onnx
