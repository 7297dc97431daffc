#include "fusion/fusion_node.h"

namespace reszoo::detail {
namespace {

ConvWeights weights_of(const Tensor& weight, const Tensor& bias) {
  ConvWeights weights{.weight = weight.detach()};
  if (bias.defined()) weights.bias = exact(bias);
  return weights;
}

void prepare(FusionNode& node, const ops::Conv& conv) {
  node.weights = weights_of(conv.weight, conv.bias);
  node.weights.stride = conv.stride;
  node.weights.padding = conv.padding;
  node.weights.dilation = conv.dilation;
  node.weights.groups = conv.groups;
}

void prepare(FusionNode& node, const ops::Linear& linear) {
  node.weights = weights_of(linear.weight.unsqueeze(2).unsqueeze(3), linear.bias);
}

void prepare(FusionNode& node, const ops::BatchNorm& norm) {
  node.scale = (exact(norm.variance) + norm.epsilon).rsqrt();
  if (norm.weight.defined()) node.scale = node.scale * exact(norm.weight);
  node.shift = -exact(norm.mean) * node.scale;
  if (norm.bias.defined()) node.shift = node.shift + exact(norm.bias);
}

template <typename Other>
void prepare(FusionNode&, const Other&) {}

Tensor as_kernel_reads(const Tensor& tensor) { return tensor.to(at::kFloat).contiguous(); }

std::type_index type_of(const Primitive& primitive) {
  return std::visit([](const auto& op) { return std::type_index(typeid(op)); }, primitive);
}

const FusedOps& fused_ops() {
  static const FusedOps all = [] {
    FusedOps ops;
    add_module_ops(ops);
    add_norm_ops(ops);
    add_pad_ops(ops);
    add_pointwise_ops(ops);
    add_pool_ops(ops);
    add_reshape_ops(ops);
    add_scale_ops(ops);
    return ops;
  }();
  return all;
}

std::shared_ptr<const ConvLayer> layer_of(const FusionNode& node, ConvLayers& layers) {
  auto name = node.node.key;
  for (const auto& norm : node.norms) name += "+" + norm;
  auto& layer = layers[name];
  if (!layer) layer = std::make_shared<const ConvLayer>(node.weights);
  return layer;
}

}  // namespace

std::shared_ptr<const FusedOp> FusedOps::make(const Primitive& primitive) const {
  return rows_.at(type_of(primitive)).make(primitive);
}

EpilogueSupport FusedOps::epilogue(const Primitive& primitive) const {
  const auto found = rows_.find(type_of(primitive));
  return found == rows_.end() ? EpilogueSupport::none : found->second.epilogue(primitive);
}

Tensor exact(const Tensor& tensor) { return tensor.detach().to(at::kDouble); }

bool FusionNode::takes_residual() const {
  return is_conv() || is_scale_shift() || fused_ops().epilogue(primitive) == EpilogueSupport::residual_and_activation;
}

bool FusionNode::takes_activation() const {
  return takes_residual() || fused_ops().epilogue(primitive) == EpilogueSupport::activation;
}

std::vector<FusionNode> fusion_nodes(const Graph& graph, const Operations& operations) {
  std::vector<FusionNode> nodes;
  for (const auto& operation : operations.list) {
    FusionNode node{.primitive = operation.primitive,
                    .node = {.op = nullptr,
                             .key = operation.key,
                             .graph_op = graph.nodes[operation.node].op,
                             .inputs = operation.inputs},
                    .operation = nodes.size()};
    std::visit([&](const auto& primitive) { prepare(node, primitive); }, operation.primitive);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::shared_ptr<const FusedOp> finished_op(const FusionNode& node, ConvLayers& layers) {
  if (node.is_conv()) return std::make_shared<ConvOp>(layer_of(node, layers), node.as<ops::Linear>() != nullptr);
  if (node.is_scale_shift()) return make_scale_shift(as_kernel_reads(node.scale), as_kernel_reads(node.shift));
  if (const auto* pool = node.as<ops::AdaptiveAvgPool>()) return make_pool(*pool, node.flat);
  return fused_ops().make(node.primitive);
}

}  // namespace reszoo::detail
