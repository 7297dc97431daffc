// Finds the head of a network where the file has it in another place or under another name.
#include "key_heads.h"

#include <algorithm>

namespace reszoo {
namespace {

/// Counts the tensors of a module that are more than one number.
size_t weights_in(const KeyNode& node) {
  auto count = static_cast<size_t>(std::count_if(node.leaves.begin(), node.leaves.end(),
                                                 [](const auto& leaf) { return leaf.tensor->numel() != 1; }));
  for (const auto* child : node.children) count += weights_in(*child);
  return count;
}

size_t weights_in(const KeyMatch& match) {
  return static_cast<size_t>(std::count_if(match.pairs.begin(), match.pairs.end(),
                                           [](const auto& pair) { return pair.second->tensor->numel() != 1; }));
}

/// Collects the modules that can be the head and hold nothing else, outside of `place` and of what is used.
void find_heads(const KeyNode& node, const KeyNode& head, const KeyNode& place, const KeyMatch& body,
                KeyMatcher& matcher, std::vector<std::pair<const KeyNode*, KeyMatch>>& found) {
  for (const auto* child : node.children) {
    if (child == &place || body.uses(*child) || !matcher.can_hold(*child, head)) continue;
    if (place.is_within(*child)) {
      find_heads(*child, head, place, body, matcher, found);
    } else if (auto match = matcher.match(*child, head); match && weights_in(*child) == weights_in(*match)) {
      found.emplace_back(child, std::move(*match));
    }
  }
}

/// Returns the only one of the heads that is exact, or the only one at all.
std::pair<const KeyNode*, KeyMatch>* only_one(std::vector<std::pair<const KeyNode*, KeyMatch>>& heads) {
  const auto is_exact = [](const auto& head) { return head.second.differing == 0; };
  const auto exact = std::find_if(heads.begin(), heads.end(), is_exact);
  if (exact != heads.end()) return std::count_if(heads.begin(), heads.end(), is_exact) == 1 ? &*exact : nullptr;
  return heads.size() == 1 ? &heads.front() : nullptr;
}

}  // namespace

bool add_head(const KeyNode& head, const KeyTree& file, KeyMatch& body, KeyMatcher& matcher) {
  if (std::any_of(body.modules.begin(), body.modules.end(), [&](const auto& pair) { return pair.first == &head; }))
    return true;
  const auto* place = body.file_of(*head.parent);
  if (!place || place->child(head.name)) return false;  // under its own name it has other shapes
  std::vector<std::pair<const KeyNode*, KeyMatch>> heads;
  find_heads(*place, head, *place, body, matcher, heads);
  if (heads.empty()) find_heads(file.root(), head, *place, body, matcher, heads);
  auto* found = only_one(heads);
  if (!found) return false;
  body.add(found->second);
  body.renamed.push_back(
      {found->second.unwrapped.empty() ? found->first : found->second.unwrapped.front().file, &head});
  return true;
}

}  // namespace reszoo
