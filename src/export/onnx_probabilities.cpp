// ONNX nodes that turn logits into the probabilities that `predict` writes.
#include <torch/types.h>

#include "onnx_graph.h"
#include "reszoo/preprocess/target.h"

namespace reszoo::onnx {
namespace {

/// Returns the mean over the k networks of (N, k, outputs).
OnnxValue mean_of_members(OnnxGraph& graph, OnnxValue x, bool has_members) {
  if (!has_members) return x;
  auto* mean = graph.add("ReduceMean", {x});
  mean->is_(attribute("axes"), {1});
  return mean->i_(attribute("keepdims"), 0)->output();
}

OnnxValue softmax(OnnxGraph& graph, OnnxValue x) {
  return graph.add("Softmax", {x})->i_(attribute("axis"), -1)->output();
}

OnnxValue log(OnnxGraph& graph, OnnxValue x) { return graph.apply("Log", {x}); }

/// Divides by the temperatures.
OnnxValue cooled(OnnxGraph& graph, OnnxValue x, const std::vector<double>& temperatures) {
  return graph.apply("Mul", {x, graph.constant(torch::tensor(temperatures).to(torch::kFloat).reciprocal())});
}

OnnxValue concatenated(OnnxGraph& graph, const std::vector<OnnxValue>& columns) {
  return graph.add("Concat", columns)->i_(attribute("axis"), 1)->output();
}

/// Converts P(y > 0), P(y > 1), … to P(y = 0), P(y = 1), …, as Target does.
OnnxValue between(OnnxGraph& graph, OnnxValue above, int64_t count) {
  std::vector<OnnxValue> falling;
  for (int64_t i = 0; i < count; ++i) {
    auto column = graph.apply("Slice", {above, graph.integers({i}), graph.integers({i + 1}), graph.integers({1})});
    if (i > 0) column = graph.apply("Min", {column, falling.back()});
    falling.push_back(column);
  }
  auto upper = falling, lower = falling;
  lower.push_back(graph.apply("Mul", {falling[0], graph.number(0)}));
  upper.insert(upper.begin(), graph.apply("Add", {lower.back(), graph.number(1)}));
  return graph.apply("Sub", {concatenated(graph, upper), concatenated(graph, lower)});
}

}  // namespace

OnnxValue class_probabilities(OnnxGraph& graph, OnnxValue logits, bool has_members, const Target& target) {
  const auto& temperatures = target.temperatures();
  const bool calibrated = temperatures != std::vector<double>(temperatures.size(), 1.0);
  if (target.task() == Task::binary || target.task() == Task::multiclass) {
    const auto mean = mean_of_members(graph, softmax(graph, logits), has_members);
    return calibrated ? softmax(graph, cooled(graph, log(graph, mean), temperatures)) : mean;
  }
  const auto mean = [&](OnnxValue x) { return mean_of_members(graph, graph.apply("Sigmoid", {x}), has_members); };
  auto chances = mean(logits);
  if (calibrated) {
    const auto others = mean(graph.apply("Mul", {logits, graph.number(-1)}));
    const auto odds = graph.apply("Sub", {log(graph, chances), log(graph, others)});
    chances = graph.apply("Sigmoid", {cooled(graph, odds, temperatures)});
  }
  return target.task() == Task::ordinal ? between(graph, chances, target.outputs()) : chances;
}

}  // namespace reszoo::onnx
