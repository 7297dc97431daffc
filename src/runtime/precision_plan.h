/// Which layers of a program compute in reduced precision, and how results are kept between them.
#pragma once
#include <optional>
#include <vector>

#include "runtime/program.h"

namespace reszoo::detail {

/// What a plan with reduced precision asks of a node.
struct NodePrecision {
  std::optional<DotRequest> dot = {};  ///< of a layer; undefined: it computes in float32
  kernels::StoredAs wanted = {};       ///< how the nodes that read the result want it
  Kept input = {};                     ///< of the program's input: how it is kept
};

/// Returns a row for each node. In bfloat16 all layers compute so. In int8 those of the quantization do whose input has
/// a known range.
std::vector<NodePrecision> plan_precision(const Program& program, const Shape& input, const PlanOptions& options);

/// Returns the range of a node's result, found by its name or by one of its aliases; nullptr if there is none.
const ValueRange* range_of(const Quantization& quantization, const FusedNode& node);

}  // namespace reszoo::detail
