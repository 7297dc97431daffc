// Matches the modules of a file with those of a network.
#pragma once
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "reszoo/weights/key_fit.h"

namespace reszoo {

/// How one module of a network is found in a file.
struct KeyMatch {
  struct Renamed {
    const KeyNode *file, *network;
  };

  std::vector<std::pair<const KeyNode::Leaf*, const KeyNode::Leaf*>> pairs;  // (network, file)
  std::vector<std::pair<const KeyNode*, const KeyNode*>> modules;            // (network, file)
  std::vector<const KeyNode*> wrappers;  // modules of the file that stand for a module in them
  std::vector<Renamed> unwrapped;        // the module inside of a wrapper, below the network's root
  std::vector<Renamed> renamed;          // children under other names
  size_t differing = 0;                  // tensors with another number of outputs or channels

  void add(KeyMatch other);
  const KeyNode* file_of(const KeyNode& network) const;
  bool uses(const KeyNode& file) const;
};

class KeyMatcher {
 public:
  explicit KeyMatcher(const NetworkKeys& network);

  const std::vector<const KeyNode*>& heads() const { return heads_; }

  /// Whether the module of the file has as many tensors as that of the network needs, and was not tried in vain.
  bool can_hold(const KeyNode& file, const KeyNode& network) const;
  /// Matches a module of the file with one of the network, or with what is inside of the file's module.
  std::optional<KeyMatch> match(const KeyNode& file, const KeyNode& network);
  /// Matches the modules themselves.
  std::optional<KeyMatch> match_directly(const KeyNode& file, const KeyNode& network);

 private:
  using Nodes = std::vector<const KeyNode*>;

  bool add_leaves(const KeyNode& file, const KeyNode& network, KeyMatch& match) const;
  bool is_head(const KeyNode& network) const;
  /// Returns how many tensors a module of the network must have in the file, without its head and counters.
  size_t needed(const KeyNode& network) const;
  std::optional<KeyMatch> match_inside(const KeyNode& file, const KeyNode& network);
  /// Matches the children of the network that the file does not have by name.
  std::optional<KeyMatch> match_rest(const KeyNode& file, const Nodes& rest, const Nodes& unused, bool has_neighbours);
  /// Matches them with the file's children in order, if there is one way.
  std::optional<KeyMatch> match_in_order(const Nodes& rest, const Nodes& children);
  std::optional<KeyMatch> match_by_shape(const Nodes& rest, const Nodes& unused);
  Nodes without_groups(const Nodes& rest, const Nodes& unused);

  const NetworkKeys& network_;
  Nodes heads_;
  std::set<std::pair<const KeyNode*, const KeyNode*>> failed_;
};

}  // namespace reszoo
