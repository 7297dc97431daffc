#include "fusion/folded_operations.h"

#include "fusion/fusion_node.h"
#include "runtime/precision_plan.h"

namespace reszoo {
namespace {

using detail::FusionNode;

/// Returns the primitive with the weights of the node.
Primitive folded_primitive(const FusionNode& node) {
  if (!node.is_conv()) return node.primitive;
  const auto& weights = node.weights;
  const auto weight = weights.folded().to(at::kFloat);
  const auto bias = weights.bias.defined() ? weights.bias.to(at::kFloat) : Tensor();
  if (node.as<ops::Linear>()) return ops::Linear{weight.flatten(1), bias};
  return ops::Conv{weight, bias, weights.stride, weights.padding, weights.dilation, weights.groups};
}

/// Returns the range of a stored result. A maximum has the range of its input.
std::optional<ValueRange> stored_range(const std::vector<FoldedOperation>& before, const FusionNode& node,
                                       const Quantization& quantization) {
  if (node.as<ops::MaxPool>())
    if (const auto& range = before[node.node.inputs[0]].stored_as) return range;
  const auto* range = detail::range_of(quantization, node.node);
  return range ? std::optional(*range) : std::nullopt;
}

}  // namespace

std::vector<FoldedOperation> folded_operations(const Graph& graph, const Operations& operations,
                                               const Quantization& quantization, const std::vector<int64_t>& input) {
  auto left = detail::fuse_nodes(detail::fusion_nodes(graph, operations), {operations.of_node[graph.output]});
  detail::ConvLayers layers;
  detail::Program program{.nodes = {}, .outputs = left.outputs};
  for (const auto& node : left.nodes) {
    program.nodes.push_back(node.node);
    program.nodes.back().op = finished_op(node, layers, {});
  }
  detail::PlanOptions options{.quantization = quantization};
  if (!quantization.empty()) options.dot = kernels::DotType::int8;
  const auto precisions = detail::plan_precision(program, input, options);
  std::vector<FoldedOperation> folded;
  for (size_t i = 0; i < left.nodes.size(); ++i) {
    const auto& of = left.nodes[i];
    const auto& fused = of.node;
    FoldedOperation operation{.primitive = folded_primitive(of),
                              .key = fused.key,
                              .inputs = fused.inputs,
                              .residual = fused.epilogue.residual,
                              .activation = fused.epilogue.activation,
                              .operation = of.operation,
                              .flat = of.flat,
                              .int8 = precisions[i].dot.has_value()};
    const auto product = quantization.ranges.find(detail::product_name(fused));
    if (operation.int8 && operation.residual && product != quantization.ranges.end())
      operation.product = product->second;
    if (precisions[i].wanted.type == kernels::StoredAs::Type::uint8)
      operation.stored_as = stored_range(folded, of, quantization);
    folded.push_back(std::move(operation));
  }
  return folded;
}

}  // namespace reszoo
