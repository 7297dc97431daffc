#include "reszoo/graph/operation.h"

#include "reszoo/graph/module_type.h"

namespace reszoo {
namespace {

/// The nodes that the outputs read, directly or not.
std::vector<bool> needed_nodes(const Graph& graph, const std::vector<size_t>& outputs) {
  std::vector<bool> needed(graph.nodes.size(), false);
  for (const size_t output : outputs) needed[output] = true;
  for (size_t i = graph.nodes.size(); i-- > 0;)
    if (needed[i])
      for (const size_t input : graph.nodes[i].inputs) needed[input] = true;
  return needed;
}

/// Returns the operation with the node's result, after adding the operations that it needs.
size_t lower_node(Operations& operations, const Node& node, size_t index) {
  ModuleLowering to(operations, node, index);
  if (node.op == "input") return to.add(ops::Input{}, {});
  std::vector<size_t> inputs;
  for (const size_t input : node.inputs) inputs.push_back(operations.of_node[input]);
  if (node.op == "add") return to.add(ops::Add{}, inputs);
  const auto& module = *node.module.ptr();
  const auto type = module_type_of(module);
  return type && type->lower ? type->lower(module, to, inputs[0]) : to.add_module(inputs[0]);
}

}  // namespace

Tensor ops::Input::forward(const std::vector<Tensor>& inputs) const { return inputs[0]; }

Tensor ops::Add::forward(const std::vector<Tensor>& inputs) const { return inputs[0] + inputs[1]; }

Tensor ops::Module::forward(const std::vector<Tensor>& inputs) const {
  auto holder = module;  // a holder: running it changes nothing
  return holder.forward(inputs[0]);
}

size_t ModuleLowering::add(Primitive primitive, std::vector<size_t> inputs, const std::string& child) {
  const auto& key = node_.key;
  operations_.list.push_back(
      {std::move(primitive), child.empty() ? key : key + "." + child, std::move(inputs), node_index_});
  return operations_.list.size() - 1;
}

size_t ModuleLowering::add_module(size_t x, const std::string& reason) {
  const auto type = module_type_of(*node_.module.ptr());
  return add(ops::Module{node_.module, node_.op, type && type->per_sample, reason}, {x});
}

Operations lower_operations(const Graph& graph, const std::vector<size_t>& outputs) {
  const auto needed = needed_nodes(graph, outputs);
  Operations operations;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    // Nodes that are not needed have no operation: SIZE_MAX.
    operations.of_node.push_back(needed[i] ? lower_node(operations, graph.nodes[i], i) : SIZE_MAX);
  }
  return operations;
}

Tensor evaluate(const Primitive& primitive, const std::vector<Tensor>& inputs) {
  return std::visit([&](const auto& op) { return op.forward(inputs); }, primitive);
}

Primitive converted(Primitive primitive, const at::TensorOptions& options) {
  const auto convert = [&](Tensor& tensor) {
    if (tensor.defined()) tensor = tensor.to(options);
  };
  std::visit(
      [&](auto& op) {
        if constexpr (requires { op.tensors(); })
          std::apply([&](auto&... tensors) { (convert(tensors), ...); }, op.tensors());
      },
      primitive);
  return primitive;
}

}  // namespace reszoo
