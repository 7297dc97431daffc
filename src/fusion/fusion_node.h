/// Operations that can still be folded into one another.
#pragma once
#include <string>
#include <vector>

#include "fusion/program.h"

namespace reszoo::detail {

/// An operation on its way, with weights that norms can still be folded into.
struct FusionNode {
  Primitive primitive;
  FusedNode node;
  ConvWeights weights = {};             ///< of a convolution or linear layer
  Tensor scale = {}, shift = {};        ///< of a norm with kept statistics: y = x * scale + shift, float64
  std::vector<std::string> norms = {};  ///< keys of those that were folded into the weights
  bool flat = false;                    ///< a pool whose result is (N, C)
  bool erased = false;                  ///< became part of another
  size_t replaced_by = 0;               ///< that one, if it is erased

  template <typename Op>
  const Op* as() const {
    return std::get_if<Op>(&primitive);
  }
  bool is_conv() const { return as<ops::Conv>() || as<ops::Linear>(); }
  bool is_scale_shift() const { return as<ops::BatchNorm>() != nullptr; }
  /// Whether the operation's kernel adds a residual, and applies an activation.
  bool takes_residual() const;
  bool takes_activation() const;
};

/// The nodes of these operations, not folded yet.
std::vector<FusionNode> fusion_nodes(const Graph& graph, const Operations& operations);

/// Float64, for sums that are folded.
Tensor exact(const Tensor& tensor);

/// The operation of a node that nothing will be folded into any more.
std::shared_ptr<const FusedOp> finished_op(const FusionNode& node, ConvLayers& layers);

}  // namespace reszoo::detail
