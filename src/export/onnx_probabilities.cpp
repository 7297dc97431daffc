// ONNX nodes that turn logits into the probabilities that `predict` writes.
#include <torch/types.h>

#include "onnx_answers.h"

namespace reszoo::onnx {
namespace {

OnnxValue softmax(OnnxGraph& graph, OnnxValue x) {
  return graph.add("Softmax", {x})->i_(attribute("axis"), -1)->output();
}

OnnxValue log(OnnxGraph& graph, OnnxValue x) { return graph.apply("Log", {x}); }

/// Divides by the temperatures.
OnnxValue cooled(OnnxGraph& graph, OnnxValue x, const std::vector<double>& temperatures) {
  return graph.apply("Mul", {x, graph.constant(torch::tensor(temperatures).to(torch::kFloat).reciprocal())});
}

bool is_softmax(const Target& target) { return target.task() == Task::binary || target.task() == Task::multiclass; }

bool is_calibrated(const Target& target) {
  const auto& temperatures = target.temperatures();
  return temperatures != std::vector<double>(temperatures.size(), 1.0);
}

/// The mean over the k networks of (N, k, outputs).
OnnxValue mean_of_members(OnnxGraph& graph, OnnxValue x, bool has_members) {
  if (!has_members) return x;
  auto* mean = graph.add("ReduceMean", {x});
  mean->is_(attribute("axes"), {1});
  return mean->i_(attribute("keepdims"), 0)->output();
}

}  // namespace

OnnxValue average(OnnxGraph& graph, const Members& members, const std::function<OnnxValue(OnnxValue)>& transform) {
  OnnxValue sum = nullptr;
  for (size_t i = 0; i < members.networks.size(); ++i) {
    const auto& [logits, shape] = members.networks[i];
    const auto mean = mean_of_members(graph, transform(logits), members.networks[i].has_members());
    if (members.networks.size() == 1) return mean;
    const auto part = graph.apply("Mul", {mean, graph.apply("CastLike", {graph.number(members.shares[i]), mean})});
    sum = sum ? graph.apply("Add", {sum, part}) : part;
  }
  return sum;
}

OnnxValue average_chances(OnnxGraph& graph, const Members& members, const Target& target) {
  return average(graph, members, [&](OnnxValue logits) {
    return is_softmax(target) ? softmax(graph, logits) : graph.apply("Sigmoid", {logits});
  });
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

OnnxValue class_probabilities(OnnxGraph& graph, const Members& members, const Target& target) {
  auto chances = average_chances(graph, members, target);
  if (is_softmax(target))
    return is_calibrated(target) ? softmax(graph, cooled(graph, log(graph, chances), target.temperatures())) : chances;
  if (is_calibrated(target)) {
    const auto others = average(
        graph, members, [&](OnnxValue logits) { return graph.apply("Sigmoid", {graph.apply("Neg", {logits})}); });
    const auto odds = graph.apply("Sub", {log(graph, chances), log(graph, others)});
    chances = graph.apply("Sigmoid", {cooled(graph, odds, target.temperatures())});
  }
  return target.task() == Task::ordinal ? between(graph, chances, target.outputs()) : chances;
}

}  // namespace reszoo::onnx
