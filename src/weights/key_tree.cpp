#include "reszoo/weights/key_tree.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace reszoo {
namespace {

constexpr size_t kMostParts = 64;  // of a key

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

}  // namespace

const KeyNode* KeyNode::child(std::string_view wanted) const {
  const auto found =
      std::find_if(children.begin(), children.end(), [&](const auto* node) { return node->name == wanted; });
  return found == children.end() ? nullptr : *found;
}

const KeyNode::Leaf* KeyNode::leaf(std::string_view wanted) const {
  const auto found = std::find_if(leaves.begin(), leaves.end(), [&](const auto& item) { return item.name == wanted; });
  return found == leaves.end() ? nullptr : &*found;
}

std::optional<uint64_t> KeyNode::number() const {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return value;
}

KeyTree::KeyTree(StateDict state)
    : state_(std::make_shared<const StateDict>(std::move(state))), nodes_(std::make_shared<std::deque<KeyNode>>(1)) {
  std::unordered_map<std::string_view, KeyNode*> by_path;
  for (const auto& item : *state_) {
    const std::string_view key = item.key();
    auto* node = &nodes_->front();
    const bool counts = is_batch_counter(key);
    ++node->count;
    node->counters += counts;
    size_t begin = 0, parts = 0;
    for (size_t dot = key.find('.'); dot != std::string_view::npos && ++parts < kMostParts;
         dot = key.find('.', begin)) {
      const auto path = key.substr(0, dot + 1);
      auto& found = by_path[path];
      if (!found) {
        found = &nodes_->emplace_back();
        found->name = key.substr(begin, dot - begin);
        found->path = path;
        found->parent = node;
        node->children.push_back(found);
      }
      node = found;
      ++node->count;
      node->counters += counts;
      begin = dot + 1;
    }
    node->leaves.push_back({key.substr(begin), &item.key(), &item.value()});
  }
}

const KeyNode* KeyTree::find(std::string_view path) const {
  const auto* node = &root();
  while (node && !path.empty()) {
    const auto dot = path.find('.');
    node = node->child(path.substr(0, dot));
    path.remove_prefix(std::min(path.size(), dot == std::string_view::npos ? path.size() : dot + 1));
  }
  return node;
}

bool is_batch_counter(std::string_view key) { return key.ends_with("num_batches_tracked"); }

NumberedName NumberedName::of(std::string_view name) {
  size_t end = name.size();
  while (end > 0 && is_digit(name[end - 1])) --end;
  return {name.substr(0, end), name.substr(end)};
}

}  // namespace reszoo
