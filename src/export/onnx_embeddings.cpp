// ONNX writers of numeric embeddings.
#include <torch/nn/modules/linear.h>

#include <numbers>

#include "onnx_graph.h"
#include "reszoo/base/error.h"
#include "reszoo/nn/linear_embeddings.h"
#include "reszoo/nn/n_linear.h"
#include "reszoo/nn/periodic_embeddings.h"
#include "reszoo/nn/piecewise_linear.h"

namespace reszoo::onnx {
namespace {

/// Reshapes (N, columns) to (N, columns, 1).
OnnxValue each(OnnxGraph& graph, OnnxValue x) { return graph.apply("Unsqueeze", {x, graph.integers({2})}); }

/// x w + b, with one vector w and one vector b per column.
OnnxValue affine(OnnxGraph& graph, OnnxValue x, const std::string& key, const Tensor& weight, const Tensor& bias) {
  const auto scaled = graph.apply("Mul", {each(graph, x), graph.weight(key + ".weight", weight)});
  return graph.apply("Add", {scaled, graph.weight(key + ".bias", bias)});
}

OnnxValue linear_embeddings(OnnxGraph& graph, OnnxValue x, const std::string& key, const LinearEmbeddingsImpl& module) {
  return affine(graph, x, key, module.weight, module.bias);
}

OnnxValue bins(OnnxGraph& graph, OnnxValue x, const std::string& key, const PiecewiseLinearBinsImpl& module) {
  const auto [lower, upper] = module.limits();
  const auto y = affine(graph, x, key, module.weight, module.bias);
  return graph.apply("Min", {graph.apply("Max", {y, graph.constant(lower)}), graph.constant(upper)});
}

OnnxValue encoding(OnnxGraph& graph, OnnxValue x, const std::string& key, const PiecewiseLinearEncodingImpl& module) {
  const auto y =
      graph.add("Flatten", {bins(graph, x, key + ".impl", *module.impl)})->i_(attribute("axis"), 1)->output();
  if (!module.impl->mask.defined()) return y;
  return graph.add("Gather", {y, graph.integers(module.impl->bin_features())})->i_(attribute("axis"), 1)->output();
}

OnnxValue piecewise(OnnxGraph& graph, OnnxValue x, const std::string& key,
                    const PiecewiseLinearEmbeddingsImpl& module) {
  auto y = each_linear(graph, bins(graph, x, key + ".impl", *module.impl), key + ".linear", *module.linear);
  if (module.options.activation) y = graph.apply("Relu", {y});
  if (module.linear0.is_empty()) return y;
  return graph.apply("Add", {linear_embeddings(graph, x, key + ".linear0", *module.linear0), y});
}

OnnxValue periodic(OnnxGraph& graph, OnnxValue x, const std::string& key, const PeriodicEmbeddingsImpl& module) {
  const auto turns =
      graph.apply("Mul", {each(graph, x), graph.weight(key + ".periodic.weight", module.periodic->weight)});
  const auto angle = graph.apply("Mul", {turns, graph.number(2 * std::numbers::pi)});
  auto* waves = graph.add("Concat", {graph.apply("Cos", {angle}), graph.apply("Sin", {angle})});
  auto y = waves->i_(attribute("axis"), 2)->output();
  if (const auto* layers = module.linear.ptr()->as<NLinearImpl>()) {
    y = each_linear(graph, y, key + ".linear", *layers);
  } else {
    const auto& layer = *module.linear.ptr()->as<nn::LinearImpl>();
    auto* transposed = graph.add("Transpose", {graph.weight(key + ".linear.weight", layer.weight)});
    transposed->is_(attribute("perm"), {1, 0});
    y = graph.apply("Add",
                    {graph.apply("MatMul", {y, transposed->output()}), graph.weight(key + ".linear.bias", layer.bias)});
  }
  return module.options.activation ? graph.apply("Relu", {y}) : y;
}

OnnxValue embedded(OnnxGraph& graph, OnnxValue x, const std::string& key, const nn::Module& module) {
  if (const auto* linear = module.as<LinearEmbeddingsImpl>()) return linear_embeddings(graph, x, key, *linear);
  if (const auto* relu = module.as<LinearReLUEmbeddingsImpl>())
    return graph.apply("Relu", {linear_embeddings(graph, x, key + ".linear", *relu->linear)});
  if (const auto* waves = module.as<PeriodicEmbeddingsImpl>()) return periodic(graph, x, key, *waves);
  if (const auto* mixed = module.as<PiecewiseLinearEmbeddingsImpl>()) return piecewise(graph, x, key, *mixed);
  if (const auto* codes = module.as<PiecewiseLinearEncodingImpl>()) return encoding(graph, x, key, *codes);
  fail(ErrorKind::usage, "{}: no ONNX writer for {}; export_torchscript takes any module", key, module.name());
}

}  // namespace

OnnxValue numeric_embedding(OnnxGraph& graph, OnnxValue x, const std::string& key, const nn::Module& module) {
  return graph.add("Flatten", {embedded(graph, x, key, module)})->i_(attribute("axis"), 1)->output();
}

}  // namespace reszoo::onnx
