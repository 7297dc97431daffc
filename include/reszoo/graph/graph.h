/// A network lowered once to a flat list of nodes.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/nn/network.h"

namespace reszoo {

/// One operation. Its inputs are nodes that come earlier in the list.
struct Node {
  std::string op;              ///< "input", "add", "conv2d", "linear", … or "opaque"
  std::vector<size_t> inputs;  ///< indices of nodes
  std::string key;   ///< path of the node's module: "layer1.0.conv1"; "" for the input; the path of the block for "add"
  AnyModule module;  ///< empty for input and add
};

/// Nodes in an order in which they can run. Node 0 is the input; `output` is the node with the result. Identity modules
/// have no node: their readers read the node before them.
struct Graph {
  std::vector<Node> nodes;
  size_t output = 0;
  size_t features = 0;  ///< the node that the head reads
  /// The nodes with the results of the body's steps, by path, as `Network::features(x, names)` takes them: "layer2",
  /// "features.5". For a step that is an identity this is the node of the step before it.
  std::vector<std::pair<std::string, size_t>> steps = {};
};

/// Lowers a network. Modules that reszoo does not know become opaque nodes. The nodes share the network's modules:
/// weights are not copied.
Graph lower(const Network& network);

/// Visits what `lower` looks at, in the order in which it runs: each Chain and ResidualBlock, then the modules in it.
void visit_modules(const Network& network, const std::function<void(const nn::Module& module)>& visit);

/// The graph of a network that is asked for again and again, as at each step of training. It is lowered anew only after
/// another module was put into the network, which takes a few microseconds to see.
class GraphCache {
 public:
  const Graph& graph_of(const Network& network);

 private:
  std::vector<const nn::Module*> modules_;  ///< those of `graph_`, which keeps them alive
  std::shared_ptr<Graph> graph_;
};

/// Runs the nodes in order.
///
/// `observe`, if given, is called for each node with its inputs and its output.
using NodeObserver = std::function<void(const Node&, const std::vector<Tensor>& inputs, const Tensor& output)>;
Tensor execute(Graph& graph, const Tensor& x, const NodeObserver& observe = {});

}  // namespace reszoo
