#include "reszoo/weights/key_fit.h"

#include <ATen/ops/equal.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "key_heads.h"
#include "key_leftovers.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

/// A network's place in the file.
struct Place {
  const KeyNode* node;
  KeyMatch match;
  size_t missing_heads = 0;

  auto rank() const { return std::tuple(missing_heads, match.differing); }
};

/// Whether children of the network are in groups below the node, so that the group may be the better place.
bool has_groups(const KeyNode& node, const KeyMatch& match) {
  return std::any_of(match.renamed.begin(), match.renamed.end(), [&](const auto& one) {
    return one.network->parent->parent == nullptr && one.file->parent != &node;
  });
}

void find_places(const KeyNode& node, const KeyNode& network, KeyMatcher& matcher, std::vector<Place>& places) {
  if (!matcher.can_hold(node, network)) return;
  auto match = matcher.match_directly(node, network);
  const auto before = places.size();
  if (!match || has_groups(node, *match))
    for (const auto* child : node.children) find_places(*child, network, matcher, places);
  if (match && places.size() == before) places.push_back({&node, std::move(*match)});
}

/// Whether two places hold the same numbers, as when a module is registered twice.
bool are_equal(const KeyMatch& a, const KeyMatch& b) {
  return a.pairs.size() == b.pairs.size() &&
         std::equal(a.pairs.begin(), a.pairs.end(), b.pairs.begin(), [](const auto& x, const auto& y) {
           const auto &left = *x.second->tensor, &right = *y.second->tensor;
           return x.first == y.first && !left.is_meta() && !right.is_meta() &&
                  left.scalar_type() == right.scalar_type() && left.equal(right);
         });
}

std::string text_of_names(const std::vector<KeyMatch::Renamed>& renamed, std::string_view prefix) {
  std::vector<std::string> texts;
  const auto plain = [](std::string_view path) { return std::string(path.substr(0, path.size() - 1)); };
  for (const auto& [file, network] : renamed) {
    auto path = file->path;
    if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
    texts.push_back(plain(path) + " as " + plain(network->path));
  }
  return list(texts, 3);
}

/// Describes how the file's keys were renamed.
std::string renaming_of(const Place& place) {
  std::vector<std::string> parts;
  if (!place.node->path.empty()) parts.push_back("without prefix " + std::string(place.node->path));
  std::map<std::string_view, std::vector<KeyMatch::Renamed>> wrappers;
  for (const auto& unwrapped : place.match.unwrapped) wrappers[unwrapped.file->name].push_back(unwrapped);
  auto renamed = place.match.renamed;
  for (const auto& [name, modules] : wrappers) {
    if (modules.size() > 1) parts.push_back(fmt::format("without {} inside", name));
    else if (std::none_of(renamed.begin(), renamed.end(),
                          [&](const auto& one) { return one.network == modules[0].network; }))
      renamed.push_back(modules[0]);
  }
  if (!renamed.empty()) parts.push_back(text_of_names(renamed, place.node->path));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// Pairs the keys of a head that is there under its own name, but with other shapes, so that messages can say so.
void add_by_name(const KeyNode& head, const KeyTree& file, const KeyMatch& match, KeyFit& fit, const StateDict& own) {
  const auto* place = match.file_of(*head.parent);
  if (!place || match.file_of(head)) return;
  for (const auto& item : own) {
    if (!item.key().starts_with(head.path)) continue;
    const auto key = std::string(place->path) + item.key().substr(head.parent->path.size());
    if (file.state().contains(key)) fit.file_keys.emplace(item.key(), key);
  }
}

KeyFit fit_of(const NetworkKeys& network, const KeyTree& file, const Place& place,
              const std::vector<const KeyNode*>& heads) {
  KeyFit fit;
  for (const auto& [own, found] : place.match.pairs) fit.file_keys.emplace(*own->key, *found->key);
  for (const auto* head : heads) add_by_name(*head, file, place.match, fit, network.tree.state());
  sort_leftovers(network, file, place.match, fit);
  const auto path = place.node->path;
  fit.place = path.substr(0, path.empty() ? 0 : path.size() - 1);
  fit.renaming = renaming_of(place);
  fit.has_renamed = !place.match.renamed.empty();
  return fit;
}

}  // namespace

std::vector<KeyFit> fit_keys(const NetworkKeys& network, const KeyTree& file) {
  KeyMatcher matcher(network);
  const auto& root = network.tree.root();
  std::vector<Place> places;
  find_places(file.root(), root, matcher, places);
  // One layer is in many networks, so it must be all that the file has.
  if (root.children.empty())
    std::erase_if(places, [&](const auto& place) { return place.node->count != file.root().count; });
  for (auto& place : places)
    for (const auto* head : matcher.heads()) place.missing_heads += !add_head(*head, file, place.match, matcher);
  const auto best =
      std::min_element(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.rank() < b.rank(); });
  std::vector<const Place*> kept;
  for (const auto& place : places)
    if (place.rank() == best->rank() && (kept.empty() || !are_equal(kept.front()->match, place.match)))
      kept.push_back(&place);
  std::vector<KeyFit> fits;
  for (const auto* place : kept) fits.push_back(fit_of(network, file, *place, matcher.heads()));
  return fits;
}

KeyFit fit_by_name(const NetworkKeys& network, const KeyTree& file) {
  std::map<std::string_view, size_t> counts;  // keys with the network's names, by prefix
  const auto& own = network.tree.state();
  for (const auto& node : file.nodes())
    for (const auto& leaf : node.leaves)
      for (const auto* prefix = &node; prefix; prefix = prefix->parent)
        if (own.contains(leaf.key->substr(prefix->path.size()))) ++counts[prefix->path];
  const auto best =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::string prefix(best == counts.end() ? std::string_view() : best->first);
  KeyFit fit;
  for (const auto& item : own)
    if (file.state().contains(prefix + item.key())) fit.file_keys.emplace(item.key(), prefix + item.key());
  for (const auto& item : file.state()) {
    const auto& key = item.key();
    if (key.starts_with(prefix) && own.contains(key.substr(prefix.size()))) continue;
    const bool is_head = std::any_of(network.absent_heads.begin(), network.absent_heads.end(),
                                     [&](const auto& head) { return key.starts_with(prefix + head + "."); });
    (is_head || !key.starts_with(prefix) ? fit.beside : fit.unexpected).push_back(key);
  }
  if (!prefix.empty()) fit.renaming = "without prefix " + prefix;
  return fit;
}

std::vector<std::string> names_of(const std::vector<KeyFit>& candidates) {
  std::vector<std::string> names;
  for (const auto& one : candidates) {
    const auto is_distinct = [&](const std::string& name) {
      return std::none_of(candidates.begin(), candidates.end(), [&](const auto& other) {
        return &other != &one && (other.place == name || other.place.starts_with(name + "."));
      });
    };
    size_t end = one.place.find('.');
    while (end != std::string::npos && !is_distinct(one.place.substr(0, end))) end = one.place.find('.', end + 1);
    names.push_back(one.place.substr(0, end));
  }
  return names;
}

}  // namespace reszoo
