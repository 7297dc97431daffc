/// Operations that can still be folded into one another.
#pragma once
#include <string>
#include <vector>

#include "fusion/conv_weights.h"
#include "fusion/program.h"
#include "reszoo/graph/operation.h"

namespace reszoo::detail {

/// An operation during fusion, with weights that norms can still be folded into.
struct FusionNode {
  Primitive primitive;
  FusedNode node;
  ConvWeights weights = {};             ///< of a convolution or linear layer
  Tensor scale = {}, shift = {};        ///< of a norm with running statistics: y = x * scale + shift, float64
  std::vector<std::string> norms = {};  ///< keys of the norms that were folded into the weights
  bool flat = false;                    ///< a pool whose result is (N, C)
  size_t operation = 0;                 ///< the operation whose result it has
  bool erased = false;                  ///< whether it was fused into another node
  size_t replaced_by = 0;               ///< that node, if it is erased

  template <typename Op>
  const Op* as() const {
    return std::get_if<Op>(&primitive);
  }
  bool is_conv() const { return as<ops::Conv>() || as<ops::Linear>(); }
  bool is_scale_shift() const { return as<ops::BatchNorm>() != nullptr; }
  /// Whether the operation's kernel can add a residual, and whether it can apply an activation.
  bool takes_residual() const;
  bool takes_activation() const;
};

/// Creates a node for each operation, with nothing folded yet.
std::vector<FusionNode> fusion_nodes(const Graph& graph, const Operations& operations);

/// The nodes that are left after folding. Their inputs and `outputs` are indices of them.
struct FusedNodes {
  std::vector<FusionNode> nodes;
  std::vector<size_t> outputs;
};

/// Folds norms into weights, and sums and activations into the epilogues of the operations before them.
FusedNodes fuse_nodes(std::vector<FusionNode> nodes, std::vector<size_t> outputs);

/// Converts to float64, in which folded weights are computed.
Tensor exact(const Tensor& tensor);

/// Creates the operation of a node after all folding is done. `type` is that of modules that run as they are.
std::shared_ptr<const FusedOp> finished_op(const FusionNode& node, ConvLayers& layers, const TensorType& type);

}  // namespace reszoo::detail
