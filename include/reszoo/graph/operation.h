/// A network as a list of primitive operations.
#pragma once
#include <string>
#include <vector>

#include "reszoo/graph/primitives.h"

namespace reszoo {

/// A primitive operation and the module and node that it belongs to.
struct Operation {
  Primitive primitive;
  std::string key;             ///< path of the module that has its weights: "layer1.0.se.fc1"
  std::vector<size_t> inputs;  ///< indices of earlier operations
  size_t node = 0;             ///< the graph node that it is part of
};

/// Operations in an order in which they can run.
struct Operations {
  std::vector<Operation> list;
  std::vector<size_t> of_node;  ///< the operation with the result of each node; SIZE_MAX for nodes that are not needed
};

/// Expresses the nodes that the `outputs` need by primitive operations, each by the registered type of its module
/// (module_type.h). Modules that do nothing in inference have no operation: their readers read the operation before
/// them. The modules must be in evaluation mode.
Operations lower_operations(const Graph& graph, const std::vector<size_t>& outputs);

}  // namespace reszoo
