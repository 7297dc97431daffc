/// The operations that a network is fused into, before they know the shape of their input.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fusion/fused_op.h"
#include "reszoo/graph/graph.h"

namespace reszoo::detail {

/// An operation with its inputs, which stand before it, and its epilogue.
struct FusedNode {
  std::shared_ptr<const FusedOp> op;
  std::string key;             ///< path of its layer
  std::string graph_op;        ///< the operation of its graph's node: "conv2d", "squeeze_excite", "input"
  std::vector<size_t> inputs;  ///< indices of nodes; the residual is the last one
  Epilogue epilogue = {};
  std::vector<std::string> fused = {};  ///< what became part of it, in order
  /// What its result was called by versions that fused less: files may have ranges by these names.
  std::vector<std::string> aliases = {};

  bool is_input() const { return graph_op == "input"; }
  /// nullptr if it is no convolution or linear layer.
  const ConvOp* conv() const { return dynamic_cast<const ConvOp*>(op.get()); }
};

/// What a result is called: the layer's key and what became part of it, "layer1.0.conv1+layer1.0.bn1+relu".
std::string result_name(const FusedNode& node);

/// Nodes in an order in which they run, and those whose results are asked for.
struct Program {
  std::vector<FusedNode> nodes;
  std::vector<size_t> outputs;
};

/// Layers by their key and the norms that were folded into them, so that a network's programs share weights.
using ConvLayers = std::map<std::string, std::shared_ptr<const ConvLayer>>;

/// Fuses what the `outputs`, nodes of the graph, need.
Program lower_for_inference(const Graph& graph, const std::vector<size_t>& outputs, ConvLayers& layers);

}  // namespace reszoo::detail
