// ONNX writers of the parallel linear layers of an ensemble.
#include "onnx_graph.h"
#include "reszoo/nn/member_linear.h"
#include "reszoo/nn/n_linear.h"

namespace reszoo::onnx {
namespace {

OnnxValue transposed(OnnxGraph& graph, OnnxValue x, const std::vector<int64_t>& order) {
  return graph.add("Transpose", {x})->is_(attribute("perm"), order)->output();
}

OnnxValue rows(OnnxGraph& graph, OnnxValue x) { return graph.add("Flatten", {x})->i_(attribute("axis"), 1)->output(); }

/// Returns the input as (N, parts, in); there is one part if all members read the same input.
OnnxValue parts(OnnxGraph& graph, const OnnxCall& call, int64_t in) {
  if (call.shape().size() == 3) return call.x();
  return graph.apply("Reshape", {call.x(), graph.integers({-1, call.shape().at(1) / in, in})});
}

}  // namespace

OnnxValue each_linear(OnnxGraph& graph, OnnxValue x, const std::string& key, const NLinearImpl& layers) {
  const auto product =
      graph.apply("MatMul", {transposed(graph, x, {1, 0, 2}), graph.weight(key + ".weight", layers.weight)});
  const auto y = transposed(graph, product, {1, 0, 2});
  return layers.bias.defined() ? graph.apply("Add", {y, graph.weight(key + ".bias", layers.bias)}) : y;
}

OnnxValue n_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module) {
  const auto& layers = *module.as<NLinearImpl>();
  const auto y = each_linear(graph, parts(graph, call, layers.options.in), call.key, layers);
  return layers.options.flat ? rows(graph, y) : y;
}

OnnxValue member_scale(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module) {
  const auto weight = graph.weight(call.name("weight"), module.as<MemberScaleImpl>()->weight);
  return rows(graph, graph.apply("Mul", {graph.apply("Unsqueeze", {call.x(), graph.integers({1})}), weight}));
}

OnnxValue batch_ensemble_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module) {
  const auto& layer = *module.as<BatchEnsembleLinearImpl>();
  const auto x = graph.apply("Mul", {parts(graph, call, layer.options.in), graph.weight(call.name("r"), layer.r)});
  const auto matrix = transposed(graph, graph.weight(call.name("weight"), layer.weight), {1, 0});
  auto y = graph.apply("Mul", {graph.apply("MatMul", {x, matrix}), graph.weight(call.name("s"), layer.s)});
  if (layer.bias.defined()) y = graph.apply("Add", {y, graph.weight(call.name("bias"), layer.bias)});
  return rows(graph, y);
}

OnnxValue shared_linear(OnnxGraph& graph, const OnnxCall& call, const nn::Module& module) {
  const auto& layer = *module.as<SharedLinearImpl>();
  const auto matrix = transposed(graph, graph.weight(call.name("weight"), layer.weight), {1, 0});
  auto y = graph.apply("MatMul", {parts(graph, call, layer.options.in), matrix});
  if (layer.bias.defined()) y = graph.apply("Add", {y, graph.weight(call.name("bias"), layer.bias)});
  return rows(graph, y);
}

}  // namespace reszoo::onnx
