/// A graph's nodes as operations that can still be folded into one another.
#pragma once
#include <string>
#include <vector>

#include "infer/fused_op.h"

namespace reszoo::detail {

/// An operation on its way: with weights that norms can still be folded into.
struct Draft : FusedOp {
  ConvWeights weights;
  bool is_relu = false;
  bool gone = false;                    ///< became part of another
  size_t became = 0;                    ///< that one
  std::vector<std::string> norms = {};  ///< folded into the weights
};

/// Drafts in an order in which they run, and those that are asked for.
struct Drafts {
  std::vector<Draft> ops;
  std::vector<size_t> outputs;
};

/// Drafts of the nodes that the `outputs` need. What does nothing in inference has none.
Drafts draft_graph(const Graph& graph, const std::vector<size_t>& outputs);

/// For sums that are folded: float64.
Tensor exact(const Tensor& tensor);

}  // namespace reszoo::detail
