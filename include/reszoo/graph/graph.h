/// A network lowered once to a plain list of nodes.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reszoo/nn/network.h"

namespace reszoo {

/// One operation. Its inputs are nodes that stand before it.
struct Node {
  std::string op;              ///< "input", "add", "conv2d", "linear", … or "opaque"
  std::vector<size_t> inputs;  ///< indices of nodes
  std::string key;             ///< path of its module: "layer1.0.conv1"; "" for input, the block's for add
  AnyModule module;            ///< empty for input and add
};

/// Nodes in an order in which they can run. Node 0 is the input, `output` the
/// result. Identities have no node: who reads one reads what it reads.
struct Graph {
  std::vector<Node> nodes;
  size_t output = 0;
  size_t features = 0;  ///< what the head reads
  /// The results of the body's steps by their paths, as `Network::features(x, names)` knows them: "layer2",
  /// "features.5". A step that is an identity has the result of the one before it.
  std::vector<std::pair<std::string, size_t>> steps = {};
};

/// Lowers a network. Modules that reszoo does not know are opaque nodes.
/// The nodes share the network's modules: weights are not copied.
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
/// `observe`, if given, sees each node with its inputs' and its own output.
using NodeObserver = std::function<void(const Node&, const std::vector<Tensor>& inputs, const Tensor& output)>;
Tensor execute(Graph& graph, const Tensor& x, const NodeObserver& observe = {});

}  // namespace reszoo
