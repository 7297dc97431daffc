/// Lowers a network to a program of the runtime.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fusion/bound_op.h"
#include "reszoo/graph/graph.h"
#include "runtime/program.h"

namespace reszoo::detail {

/// Layers by their key and the norms that were folded into them. With it, the programs of a network share weights.
using ConvLayers = std::map<std::string, std::shared_ptr<const ConvLayer>>;

/// Fuses the graph nodes that the `outputs` need. All operations but the input are `BoundOp`s. `type` is that of
/// modules that run as they are.
Program lower_for_inference(const Graph& graph, const std::vector<size_t>& outputs, ConvLayers& layers,
                            const TensorType& type = {});

}  // namespace reszoo::detail
