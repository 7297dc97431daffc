/// The operations of a fused network, before the input shape is known.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/ops.h"

namespace reszoo::detail {

/// An operation with its epilogue and its inputs, which are earlier nodes.
struct FusedNode {
  std::shared_ptr<const FusedOp> op;
  std::string key;             ///< path of its layer
  std::string graph_op;        ///< operation name of its graph node: "conv2d", "squeeze_excite", "input"
  std::vector<size_t> inputs;  ///< indices of nodes; the residual is the last one
  Epilogue epilogue = {};
  std::vector<std::string> fused = {};  ///< what was fused into it, in order
  /// Names that its result had in versions that fused less: files may contain ranges under these names.
  std::vector<std::string> aliases = {};

  bool is_input() const { return graph_op == "input"; }
  /// Returns nullptr if it is no convolution or linear layer.
  const ConvOp* conv() const { return op ? op->conv() : nullptr; }
};

/// Returns the name of a result: the layer's key and what was fused into it, "layer1.0.conv1+layer1.0.bn1+relu".
std::string result_name(const FusedNode& node);

/// Returns the name of the result before something is added to it: "layer1.0.conv2+layer1.0.bn2".
std::string product_name(const FusedNode& node);

/// Nodes in the order in which they run, and the nodes that are outputs.
struct Program {
  std::vector<FusedNode> nodes;
  std::vector<size_t> outputs;
};

}  // namespace reszoo::detail
