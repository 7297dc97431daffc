#include <ATen/ops/matmul.h>

#include "fusion/fusion_node.h"

namespace reszoo::detail {
namespace {

class FusionPass {
 public:
  FusionPass(std::vector<FusionNode> nodes, std::vector<size_t> outputs)
      : nodes_(std::move(nodes)), outputs_(std::move(outputs)) {}

  void run() {
    count_readers();
    for (size_t i = 0; i < nodes_.size(); ++i) {
      auto& node = nodes_[i];
      for (auto& input : node.node.inputs) input = result_of(input);
      if (node.is_scale_shift()) fold_norm(i);
      else if (node.is_conv()) fold_norm_before(i);
      else if (node.as<ops::Add>()) fold_add(i);
      else if (const auto* activation = node.as<ops::Activation>()) fold_activation(i, *activation);
      else if (node.as<ops::Flatten>()) fold_flatten(i);
    }
  }

  FusedNodes result() {
    FusedNodes left;
    std::vector<size_t> index(nodes_.size());
    for (size_t i = 0; i < nodes_.size(); ++i) {
      auto& node = nodes_[i];
      if (node.erased) continue;
      for (auto& input : node.node.inputs) input = index[result_of(input)];
      index[i] = left.nodes.size();
      left.nodes.push_back(std::move(node));
    }
    for (const size_t output : outputs_) left.outputs.push_back(index[result_of(output)]);
    return left;
  }

 private:
  size_t result_of(size_t i) const {
    while (nodes_[i].erased) i = nodes_[i].replaced_by;
    return i;
  }

  void count_readers() {
    readers_.assign(nodes_.size(), 0);
    for (const auto& node : nodes_)
      for (const size_t input : node.node.inputs) ++readers_[input];
    for (const size_t output : outputs_) ++readers_[output];
  }

  /// Fuses node i into its input p; i must be the only reader of p.
  void erase(size_t i, size_t p) {
    nodes_[i].erased = true;
    nodes_[i].replaced_by = p;
    nodes_[p].operation = nodes_[i].operation;
    readers_[p] = readers_[i];
  }

  /// Whether norms or a residual can still be folded into p, whose result has a single reader.
  bool can_fuse_into(size_t p) const {
    return readers_[p] == 1 && nodes_[p].takes_residual() && nodes_[p].node.epilogue.empty();
  }

  void fold_norm(size_t i) {
    const auto p = nodes_[i].node.inputs[0];
    auto& conv = nodes_[p];
    if (!conv.is_conv() || !can_fuse_into(p)) return;
    const auto& norm = nodes_[i];
    auto& of = conv.weights;
    of.output_scale = of.output_scale.defined() ? of.output_scale * norm.scale : norm.scale;
    of.bias = of.bias.defined() ? of.bias * norm.scale + norm.shift : norm.shift;
    conv.node.fused.push_back(norm.node.key);
    conv.norms.push_back(norm.node.key);
    erase(i, p);
  }

  /// Folds a norm into the layer after it, which must have no padding: W (x * scale + shift) + b.
  void fold_norm_before(size_t i) {
    const auto p = nodes_[i].node.inputs[0];
    auto& conv = nodes_[i];
    const auto& norm = nodes_[p];
    if (!norm.is_scale_shift() || !can_fuse_into(p)) return;
    auto& of = conv.weights;
    if (of.groups != 1 || of.padding != std::array<int64_t, 2>{0, 0}) return;
    const auto shifted = at::matmul(exact(of.weight).sum({2, 3}), norm.shift);
    of.bias = of.bias.defined() ? of.bias + shifted : shifted;
    of.input_scale = norm.scale;
    conv.node.fused.insert(conv.node.fused.begin(), norm.node.key);
    conv.norms.insert(conv.norms.begin(), norm.node.key);
    conv.node.inputs[0] = norm.node.inputs[0];
    nodes_[p].erased = true;  // it has no readers any more
  }

  /// The sum moves one of its summands to its own position, where the other summand is already computed.
  void fold_add(size_t i) {
    for (const size_t side : {0u, 1u}) {
      const auto p = nodes_[i].node.inputs[side], other = nodes_[i].node.inputs[1 - side];
      if (p == other || !can_fuse_into(p)) continue;
      const auto key = nodes_[i].node.key;
      const auto operation = nodes_[i].operation;
      nodes_[i] = nodes_[p];
      nodes_[i].operation = operation;
      auto& node = nodes_[i].node;
      node.inputs.push_back(other);
      node.epilogue.residual = true;
      node.fused.emplace_back("add");
      node.aliases = {key};
      nodes_[p].erased = true;
      nodes_[p].replaced_by = i;
      return;
    }
  }

  void fold_activation(size_t i, const ops::Activation& activation) {
    const auto p = nodes_[i].node.inputs[0];
    auto& into = nodes_[p];
    if (!into.takes_activation() || into.node.epilogue.activation || readers_[p] != 1) return;
    const auto name = ops::name_of(activation.kind);
    into.node.epilogue.activation = activation;
    into.node.fused.push_back(name);
    for (auto& alias : into.node.aliases) alias += "+" + name;
    into.node.aliases.push_back(nodes_[i].node.key);
    erase(i, p);
  }

  /// After a global average there is nothing left to flatten.
  void fold_flatten(size_t i) {
    const auto p = nodes_[i].node.inputs[0];
    auto& pool = nodes_[p];
    const auto* average = pool.as<ops::AdaptiveAvgPool>();
    if (!average || average->rows != 1 || average->columns != 1 || pool.flat || readers_[p] != 1) return;
    pool.flat = true;
    pool.node.fused.emplace_back("flatten");
    erase(i, p);
  }

  std::vector<FusionNode> nodes_;
  std::vector<size_t> outputs_;
  std::vector<size_t> readers_;
};

}  // namespace

FusedNodes fuse_nodes(std::vector<FusionNode> nodes, std::vector<size_t> outputs) {
  FusionPass pass(std::move(nodes), std::move(outputs));
  pass.run();
  return pass.result();
}

Program lower_for_inference(const Graph& graph, const std::vector<size_t>& outputs, ConvLayers& layers,
                            const TensorType& type) {
  const auto operations = lower_operations(graph, outputs);
  std::vector<size_t> results;
  for (const size_t output : outputs) results.push_back(operations.of_node[output]);
  auto left = fuse_nodes(fusion_nodes(graph, operations), std::move(results));
  Program program{.nodes = {}, .outputs = std::move(left.outputs)};
  for (auto& node : left.nodes) {
    node.node.op = finished_op(node, layers, type);
    program.nodes.push_back(std::move(node.node));
  }
  return program;
}

}  // namespace reszoo::detail
