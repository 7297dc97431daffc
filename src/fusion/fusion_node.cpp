#include "fusion/fusion_node.h"

#include "fusion/fused_ops.h"
#include "fusion/tensors.h"
#include "runtime/ops.h"

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

/// A pool as LibTorch's operators compute it; the global average by a mean.
Bind bind_pool(const ops::AdaptiveAvgPool& pool, bool flat) {
  if (pool.rows != 1 || pool.columns != 1) return bind_primitive(pool);
  return [flat](const TensorType&) -> TensorFunction {
    return [flat](const auto& inputs) {
      const auto& x = inputs[0];
      return x.dim() == 4 ? x.mean({2, 3}, /*keepdim=*/!flat) : x.mean({2}, /*keepdim=*/!flat);
    };
  };
}

Bind bind_scale_shift(const Tensor& scale, const Tensor& shift) {
  return [scale, shift](const TensorType& type) -> TensorFunction {
    return [by = scale.to(type.options()), added = shift.to(type.options())](const auto& inputs) {
      std::vector<int64_t> sizes(static_cast<size_t>(inputs[0].dim()), 1);
      sizes[1] = -1;
      return inputs[0] * by.reshape(sizes) + added.reshape(sizes);
    };
  };
}

std::shared_ptr<const ConvLayer> layer_of(const FusionNode& node, ConvLayers& layers) {
  auto name = node.node.key;
  for (const auto& norm : node.norms) name += "+" + norm;
  auto& layer = layers[name];
  if (!layer) layer = make_conv_layer(node.weights);
  return layer;
}

}  // namespace

Tensor exact(const Tensor& tensor) { return tensor.detach().to(at::kDouble); }

bool FusionNode::takes_residual() const {
  return is_conv() || is_scale_shift() ||
         FusedOps::all().epilogue(primitive) == EpilogueSupport::residual_and_activation;
}

bool FusionNode::takes_activation() const {
  return takes_residual() || FusedOps::all().epilogue(primitive) == EpilogueSupport::activation;
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

std::shared_ptr<const FusedOp> finished_op(const FusionNode& node, ConvLayers& layers, const TensorType& type) {
  if (node.is_conv()) {
    const bool linear = node.as<ops::Linear>() != nullptr;
    return std::make_shared<const TorchOp>(std::make_shared<const ConvOp>(layer_of(node, layers), linear),
                                           bind_conv(node.weights, linear));
  }
  if (node.is_scale_shift()) {
    const auto scale = node.scale.to(at::kFloat), shift = node.shift.to(at::kFloat);
    return std::make_shared<const TorchOp>(make_op(ScaleShift{floats_of(scale), floats_of(shift)}),
                                           bind_scale_shift(scale, shift));
  }
  if (const auto* pool = node.as<ops::AdaptiveAvgPool>())
    return std::make_shared<const TorchOp>(make_op(CellPool{*pool, node.flat}), bind_pool(*pool, node.flat));
  return FusedOps::all().make(node.primitive, type);
}

}  // namespace reszoo::detail
