#include "onnx_answers.h"

#include <torch/types.h>

#include <algorithm>

namespace reszoo::onnx {
namespace {

/// Adds an output under the name, or under another one if an input has it.
void add_output(OnnxGraph& graph, std::string name, OnnxType type, int64_t columns, OnnxValue value) {
  const auto& inputs = graph.content().ports.inputs;
  while (std::ranges::any_of(inputs, [&](const auto& input) { return input.name == name; })) name = "predicted_" + name;
  OnnxPort port{name, type, {"batch"}};
  if (columns > 0) port.shape.emplace_back(columns);
  graph.output(port, value);
}

OnnxValue column_of(OnnxGraph& graph, OnnxValue x, int64_t column) {
  return gathered(graph, x, graph.constant(torch::tensor(column)), 1);
}

/// Returns the classes of a column of the target at these indices.
OnnxValue words_at(OnnxGraph& graph, const std::string& column, const std::vector<std::string>& words,
                   OnnxValue indices) {
  return gathered(graph, graph.texts("classes of " + column, words), indices, 0);
}

/// Returns 0 or 1: whether probabilities reach their thresholds.
OnnxValue reached(OnnxGraph& graph, OnnxValue chances, const std::vector<double>& thresholds) {
  const auto limits = graph.constant(torch::tensor(thresholds, torch::kDouble).to(torch::kFloat));
  return cast(graph, graph.apply("GreaterOrEqual", {chances, limits}), OnnxType::int64);
}

/// Returns the index of the class, (N) int64, as Target::decode does.
OnnxValue class_index(OnnxGraph& graph, const Members& members, const Target& target, OnnxValue probabilities) {
  if (target.task() == Task::binary)
    return graph.apply("Squeeze",
                       {reached(graph, gathered(graph, probabilities, graph.integers({1}), 1), target.thresholds()),
                        graph.integers({1})});
  const auto chances = average_chances(graph, members, target);
  if (target.task() == Task::multiclass) {
    auto* largest = graph.add("ArgMax", {chances});
    return largest->i_(attribute("axis"), 1)->i_(attribute("keepdims"), 0)->output();
  }
  const auto each = between(graph, chances, target.outputs());
  const auto up_to = graph.apply("CumSum", {each, graph.constant(torch::tensor(int64_t{1}))});
  const auto below = cast(graph, graph.apply("Less", {up_to, graph.number(0.5)}), OnnxType::int64);
  auto* count = graph.add("ReduceSum", {below, graph.integers({1})});
  return count->i_(attribute("keepdims"), 0)->output();
}

void add_classes(OnnxGraph& graph, const Members& members, const Target& target) {
  const auto probabilities = class_probabilities(graph, members, target);
  if (target.task() != Task::multilabel) {
    const auto index = class_index(graph, members, target, probabilities);
    add_output(graph, "label", OnnxType::text, 0, words_at(graph, target.name(), target.classes(), index));
    return add_output(graph, "probabilities", OnnxType::float32, std::ssize(target.classes()), probabilities);
  }
  const auto truths = reached(graph, probabilities, target.thresholds());
  std::vector<OnnxValue> labels;
  for (size_t t = 0; t < target.labels().size(); ++t)
    labels.push_back(words_at(graph, target.names()[t], target.labels()[t],
                              gathered(graph, truths, graph.integers({static_cast<int64_t>(t)}), 1)));
  add_output(graph, "label", OnnxType::text, std::ssize(labels), concatenated(graph, labels));
  add_output(graph, "probabilities", OnnxType::float32, std::ssize(labels), probabilities);
}

/// The median of ascending quantiles, or the one that is nearest to it, see Target::median_of.
OnnxValue median(OnnxGraph& graph, OnnxValue sorted, const std::vector<double>& levels) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto above = std::ranges::lower_bound(levels, 0.5) - levels.begin();
  if (above == std::ssize(levels)) return column_of(graph, sorted, above - 1);
  const auto high = levels[static_cast<size_t>(above)];
  if (above == 0 || high == 0.5) return column_of(graph, sorted, above);
  const auto low = levels[static_cast<size_t>(above - 1)];
  const auto first = column_of(graph, sorted, above - 1), last = column_of(graph, sorted, above);
  return calc.add(first, calc.mul(calc.sub(last, first), calc.of((0.5 - low) / (high - low))));
}

void add_numbers(OnnxGraph& graph, const Members& members, const Target& target) {
  const Arithmetic calc(graph, torch::kDouble);
  const auto mean = average(graph, members, [&](OnnxValue outputs) {
    const auto exact = cast(graph, outputs, OnnxType::float64);
    return target.task() == Task::count ? calc("Exp", {exact}) : exact;
  });
  const auto row = [&](const std::vector<double>& values) {
    return calc.of(torch::tensor(values, torch::kDouble).unsqueeze(0));
  };
  const auto values = calc.add(calc.mul(mean, row(target.scale())), row(target.mean()));
  const auto count = target.outputs();
  if (target.task() == Task::quantile) {
    auto* sorted = graph.add("TopK", {values, graph.integers({count})}, /*outputs=*/2);
    sorted->i_(attribute("axis"), 1)->i_(attribute("largest"), 0);
    add_output(graph, "value", OnnxType::float64, 0, median(graph, sorted->outputs()[0], target.quantiles()));
    return add_output(graph, "quantiles", OnnxType::float64, count, sorted->outputs()[0]);
  }
  if (count > 1) return add_output(graph, "value", OnnxType::float64, count, values);
  add_output(graph, "value", OnnxType::float64, 0, column_of(graph, values, 0));
}

}  // namespace

void add_answers(OnnxGraph& graph, const Members& members, const Target& target) {
  target.is_number() ? add_numbers(graph, members, target) : add_classes(graph, members, target);
}

}  // namespace reszoo::onnx
