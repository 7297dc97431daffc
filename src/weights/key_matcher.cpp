#include "key_matcher.h"

#include <algorithm>

namespace reszoo {
namespace {

using Nodes = std::vector<const KeyNode*>;

constexpr size_t kMostChildren = 1000;  // of a module whose children are compared by order or shape

template <typename T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Nodes in_numerical_order(Nodes nodes) {
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const auto* a, const auto* b) { return *a->number() < *b->number(); });
  return nodes;
}

Nodes numbered(const Nodes& nodes) {
  Nodes found;
  std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(found), [](const auto* node) { return node->number(); });
  return in_numerical_order(std::move(found));
}

/// Whether all that the module has are children by number, as a Sequential.
bool is_sequence(const KeyNode& node) {
  return node.leaves.empty() &&
         std::all_of(node.children.begin(), node.children.end(), [](const auto* child) { return child->number(); });
}

/// Whether both names end in a number, and in different ones.
bool have_different_numbers(const KeyNode& a, const KeyNode& b) {
  const auto first = NumberedName::of(a.name).digits, second = NumberedName::of(b.name).digits;
  return !first.empty() && !second.empty() && first != second;
}

}  // namespace

void KeyMatch::add(KeyMatch other) {
  append(pairs, other.pairs);
  append(modules, other.modules);
  append(wrappers, other.wrappers);
  append(unwrapped, other.unwrapped);
  append(renamed, other.renamed);
  differing += other.differing;
}

const KeyNode* KeyMatch::file_of(const KeyNode& network) const {
  const auto found =
      std::find_if(modules.begin(), modules.end(), [&](const auto& pair) { return pair.first == &network; });
  return found == modules.end() ? nullptr : found->second;
}

bool KeyMatch::uses(const KeyNode& file) const {
  return std::find(wrappers.begin(), wrappers.end(), &file) != wrappers.end() ||
         std::any_of(modules.begin(), modules.end(), [&](const auto& pair) { return pair.second == &file; });
}

KeyMatcher::KeyMatcher(const NetworkKeys& network) : network_(network) {
  for (const auto& path : network.heads)
    if (const auto* head = network.tree.find(path + ".")) heads_.push_back(head);
}

size_t KeyMatcher::needed(const KeyNode& network) const {
  size_t count = network.count - network.counters;
  for (const auto* head : heads_)
    if (head != &network && head->is_within(network)) count -= head->count - head->counters;
  return count;
}

bool KeyMatcher::is_head(const KeyNode& network) const {
  return std::find(heads_.begin(), heads_.end(), &network) != heads_.end();
}

bool KeyMatcher::can_hold(const KeyNode& file, const KeyNode& network) const {
  return file.count >= needed(network) && !failed_.contains({&file, &network});
}

bool KeyMatcher::add_leaves(const KeyNode& file, const KeyNode& network, KeyMatch& match) const {
  for (const auto& own : network.leaves) {
    const auto* found = file.leaf(own.name);
    if (!found && is_batch_counter(own.name)) continue;
    if (!found) return false;
    if (!has_shape_for(*own.tensor, *found->tensor)) {
      if (!network_.differs_in_outputs(*own.key, *own.tensor, *found->tensor) &&
          !network_.differs_in_channels(*own.key, *own.tensor, *found->tensor))
        return false;
      ++match.differing;
    }
    match.pairs.emplace_back(&own, found);
  }
  return true;
}

std::optional<KeyMatch> KeyMatcher::match(const KeyNode& file, const KeyNode& network) {
  if (!can_hold(file, network)) return std::nullopt;
  auto found = match_directly(file, network);
  if (!found) found = match_inside(file, network);
  if (!found) failed_.insert({&file, &network});
  return found;
}

std::optional<KeyMatch> KeyMatcher::match_inside(const KeyNode& file, const KeyNode& network) {
  std::optional<KeyMatch> best;
  const KeyNode* inner = nullptr;
  bool is_ambiguous = false;
  for (const auto* child : file.children) {
    auto found = match(*child, network);
    if (!found || (best && found->differing > best->differing)) continue;
    is_ambiguous = best && found->differing == best->differing;
    best = std::move(found);
    inner = child;
  }
  if (!best || is_ambiguous) return std::nullopt;
  best->wrappers.push_back(&file);
  best->unwrapped.push_back({inner, &network});
  return best;
}

std::optional<KeyMatch> KeyMatcher::match_directly(const KeyNode& file, const KeyNode& network) {
  Nodes rest, unused;
  for (const auto* child : network.children)
    if (!file.child(child->name) && !is_head(*child)) rest.push_back(child);
  for (const auto* child : file.children)
    if (!network.child(child->name)) unused.push_back(child);
  if (!rest.empty() && unused.empty()) return std::nullopt;
  KeyMatch match;
  match.modules.emplace_back(&network, &file);
  if (!add_leaves(file, network, match)) return std::nullopt;
  for (const auto* child : network.children) {
    const auto* named = file.child(child->name);
    if (!named) continue;
    auto found = this->match(*named, *child);
    if (!found && !is_head(*child)) return std::nullopt;
    if (found) match.add(std::move(*found));
  }
  if (rest.empty()) return match;
  auto others = match_rest(file, rest, unused, /*has_neighbours=*/!match.pairs.empty());
  if (!others) return std::nullopt;
  match.add(std::move(*others));
  return match;
}

std::optional<KeyMatch> KeyMatcher::match_rest(const KeyNode& file, const Nodes& rest, const Nodes& unused,
                                               bool has_neighbours) {
  if (file.children.size() > kMostChildren) return std::nullopt;
  // Where the network's children have numbers too, other numbers are other modules.
  const bool by_order = std::none_of(rest.begin(), rest.end(), [](const auto* node) { return node->number(); });
  if (by_order) {
    if (auto found = match_in_order(rest, numbered(unused))) return found;
    if (auto found = match_in_order(rest, without_groups(rest, unused))) {
      for (const auto& one : found->renamed)
        if (one.file->parent != &file && !found->uses(*one.file->parent)) found->wrappers.push_back(one.file->parent);
      return found;
    }
  }
  return has_neighbours ? match_by_shape(rest, unused) : std::nullopt;
}

/// Puts the children of groups in the place of the groups: Sequential(Sequential(conv1, bn1, ...), layer1, ...).
KeyMatcher::Nodes KeyMatcher::without_groups(const Nodes& rest, const Nodes& unused) {
  Nodes children;
  for (const auto* node : unused) {
    const bool is_one = !is_sequence(*node) || std::any_of(rest.begin(), rest.end(), [&](const auto* own) {
      return can_hold(*node, *own) && match_directly(*node, *own);
    });
    if (is_one && node->number()) children.push_back(node);
    if (is_one) continue;
    const auto inner = in_numerical_order({node->children.begin(), node->children.end()});
    children.insert(children.end(), inner.begin(), inner.end());
  }
  return children.size() > kMostChildren ? Nodes() : children;
}

std::optional<KeyMatch> KeyMatcher::match_in_order(const Nodes& rest, const Nodes& children) {
  if (children.size() < rest.size()) return std::nullopt;
  // ways[i][j]: the number of ways to find the children rest[i:] among children[j:], at most 2.
  std::vector<std::vector<int>> ways(rest.size() + 1, std::vector<int>(children.size() + 1, 0));
  std::vector<std::vector<bool>> fits(rest.size(), std::vector<bool>(children.size()));
  ways[rest.size()].assign(children.size() + 1, 1);
  for (size_t i = rest.size(); i-- > 0;)
    for (size_t j = children.size(); j-- > 0;) {
      fits[i][j] = match(*children[j], *rest[i]).has_value();
      ways[i][j] = std::min(2, ways[i][j + 1] + (fits[i][j] ? ways[i + 1][j + 1] : 0));
    }
  if (ways[0][0] != 1) return std::nullopt;
  KeyMatch found;
  for (size_t i = 0, j = 0; i < rest.size(); ++j) {
    if (!fits[i][j] || ways[i + 1][j + 1] == 0) continue;
    found.add(*match(*children[j], *rest[i]));
    found.renamed.push_back({children[j], rest[i]});
    ++i;
  }
  return found;
}

std::optional<KeyMatch> KeyMatcher::match_by_shape(const Nodes& rest, const Nodes& unused) {
  KeyMatch found;
  std::set<const KeyNode*> taken;
  for (const auto* own : rest) {
    Nodes fitting;
    for (const auto* node : unused)
      if (!have_different_numbers(*own, *node) && match(*node, *own)) fitting.push_back(node);
    if (fitting.size() > 1)
      std::erase_if(fitting, [&](const auto* node) {
        return NumberedName::of(node->name).digits != NumberedName::of(own->name).digits;
      });
    if (fitting.size() != 1 || !taken.insert(fitting[0]).second) return std::nullopt;
    found.add(*match(*fitting[0], *own));
    found.renamed.push_back({fitting[0], own});
  }
  return found;
}

}  // namespace reszoo
