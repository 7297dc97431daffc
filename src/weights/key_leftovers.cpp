#include "key_leftovers.h"

#include <algorithm>
#include <unordered_map>

namespace reszoo {
namespace {

/// Keys of modules that the file's networks do not have to have: counters of thop, in every module.
constexpr std::string_view kCounters[] = {"total_ops", "total_params"};

class Leftovers {
 public:
  Leftovers(const NetworkKeys& network, const KeyMatch& match) : network_(network) {
    for (const auto& [own, found] : match.modules) modules_.emplace(found, own);
    for (const auto* wrapper : match.wrappers) wrappers_.insert(wrapper);
    for (const auto& [file, own] : match.renamed) used_numbers_ = std::max(used_numbers_, file->number().value_or(0));
    for (const auto& [own, found] : match.pairs)
      if (!type_ && found->tensor->is_floating_point() && found->tensor->numel() > 1)
        type_ = found->tensor->scalar_type();
    tops_.insert(&network.tree.root());
    for (const auto* heads : {&network.heads, &network.absent_heads})
      for (const auto& path : *heads)
        if (const auto* top = network.tree.find(path.substr(0, path.rfind('.') + 1))) tops_.insert(top);
    for (const auto& [own, found] : match.modules) matched_.insert(own->path);
  }

  /// Whether the key has no part in the network.
  bool is_beside(const KeyNode& node, const KeyNode::Leaf& leaf) const {
    return is_beside_by_place(node) || is_counter(leaf);
  }

 private:
  bool is_beside_by_place(const KeyNode& node) const {
    const KeyNode *here = &node, *below = nullptr;  // the nearest module of the network, and the child on the way
    while (here && !modules_.contains(here)) below = std::exchange(here, here->parent);
    if (!here) return !is_wrapped(node);
    const auto& own = *modules_.at(here);
    if (below && is_unused_head(own, *below)) return true;
    if (!tops_.contains(&own)) return false;
    return !below || (!is_wrapped(node) && !is_of_network(own, *below));
  }

  /// Whether a module above stands for one of the network.
  bool is_wrapped(const KeyNode& node) const {
    for (const auto* here = &node; here && !modules_.contains(here); here = here->parent)
      if (wrappers_.contains(here)) return true;
    return false;
  }

  /// Whether this is the network's head, which is an Identity or of which nothing in the file fits.
  bool is_unused_head(const KeyNode& own, const KeyNode& child) const {
    const auto path = std::string(own.path) + std::string(child.name);
    const auto is_path = [&](const auto& head) { return head == path; };
    return std::any_of(network_.absent_heads.begin(), network_.absent_heads.end(), is_path) ||
           (std::any_of(network_.heads.begin(), network_.heads.end(), is_path) && !matched_.contains(path + "."));
  }

  /// Whether the network has such a module, without tensors of its own, or others of the same series: layer5 after
  /// layer4.
  bool is_of_network(const KeyNode& own, const KeyNode& child) const {
    if (network_.modules.contains(std::string(own.path) + std::string(child.name))) return true;
    if (const auto number = child.number(); number && *number < used_numbers_) return true;
    const auto name = NumberedName::of(child.name);
    return !name.digits.empty() && std::any_of(own.children.begin(), own.children.end(), [&](const auto* other) {
      const auto others = NumberedName::of(other->name);
      return !others.digits.empty() && others.word == name.word;
    });
  }

  /// Whether the tensor cannot be a weight: it has no fractions, or is one number of another type than the weights.
  bool is_counter(const KeyNode::Leaf& leaf) const {
    const auto& tensor = *leaf.tensor;
    if (!tensor.is_floating_point() && !tensor.is_complex()) return true;
    const bool is_known = std::find(std::begin(kCounters), std::end(kCounters), leaf.name) != std::end(kCounters);
    return tensor.numel() == 1 && (is_known || (type_ && tensor.scalar_type() != *type_));
  }

  const NetworkKeys& network_;
  std::unordered_map<const KeyNode*, const KeyNode*> modules_;  // the network's by the file's
  std::set<const KeyNode*> wrappers_, tops_;                    // tops: networks, beside whose children others may be
  std::set<std::string_view> matched_;                          // paths of the network
  std::optional<at::ScalarType> type_;                          // of the weights
  uint64_t used_numbers_ = 0;  // the highest number that stands for a child of the network
};

}  // namespace

void sort_leftovers(const NetworkKeys& network, const KeyTree& file, const KeyMatch& match, KeyFit& fit) {
  const Leftovers leftovers(network, match);
  std::set<std::string_view> used, beside;
  for (const auto& [own, found] : fit.file_keys) used.insert(found);
  for (const auto& node : file.nodes())
    for (const auto& leaf : node.leaves)
      if (!used.contains(*leaf.key) && leftovers.is_beside(node, leaf)) beside.insert(*leaf.key);
  for (const auto& item : file.state())
    if (const auto& key = item.key(); !used.contains(key))
      (beside.contains(key) ? fit.beside : fit.unexpected).push_back(key);
}

}  // namespace reszoo
