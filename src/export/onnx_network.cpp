#include "onnx_network.h"

namespace reszoo::onnx {
namespace {

/// Returns the shape of each operation's output for this input.
std::vector<std::vector<int64_t>> shapes_of(const Operations& operations, const Tensor& input) {
  std::vector<Tensor> values;
  std::vector<std::vector<int64_t>> shapes;
  for (const auto& operation : operations.list) {
    std::vector<Tensor> inputs;
    for (const size_t read : operation.inputs) inputs.push_back(values[read]);
    if (inputs.empty()) inputs.push_back(input);
    values.push_back(evaluate(operation.primitive, inputs));
    shapes.push_back(values.back().sizes().vec());
  }
  return shapes;
}

}  // namespace

Logits write_network(OnnxGraph& graph, const NetworkCall& network) {
  const auto lowered = lower(network.prepared.network);
  const auto operations = lower_operations(lowered, {lowered.output});
  const auto shapes = shapes_of(operations, network.prepared.input);
  if (!network.quantization.empty()) return write_int8_network(graph, network, lowered, operations, shapes);
  std::vector<OnnxValue> values;
  for (const auto& operation : operations.list) {
    if (std::holds_alternative<ops::Input>(operation.primitive)) {
      values.push_back(network.input);
      continue;
    }
    OnnxCall call{.key = network.prefix + operation.key, .inputs = {}, .shapes = {}};
    for (const size_t input : operation.inputs) {
      call.inputs.push_back(values[input]);
      call.shapes.push_back(shapes[input]);
    }
    graph.begin(network.prefix + lowered.nodes[operation.node].key);
    values.push_back(onnx_writers().write(graph, call, operation.primitive));
  }
  graph.begin("");
  const auto output = operations.of_node[lowered.output];
  return {values[output], shapes[output]};
}

}  // namespace reszoo::onnx
