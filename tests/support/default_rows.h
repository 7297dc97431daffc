// Which models the default tests run on; the others have the label `full`.
#pragma once
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "reszoo/zoo/registry.h"

namespace reszoo::test {

/// Indices of few items that have every feature of all items: each that has a feature which none before it
/// has, less those whose features the others have. Families are in order of depth, so these are the
/// smallest ones.
inline std::vector<size_t> cover(const std::vector<std::vector<std::string>>& features) {
  std::set<std::string> seen;
  std::vector<size_t> chosen;
  for (size_t i = 0; i < features.size(); ++i) {
    const auto known = seen.size();
    seen.insert(features[i].begin(), features[i].end());
    if (seen.size() > known) chosen.push_back(i);
  }
  for (size_t i = 0; i < chosen.size();) {
    std::set<std::string> others;
    for (const auto other : chosen)
      if (other != chosen[i]) others.insert(features[other].begin(), features[other].end());
    if (others.size() == seen.size()) chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(i));
    else ++i;
  }
  return chosen;
}

/// Items of a suite, those that run by default and those of `tools/test.sh --full`.
template <typename Item>
struct Split {
  std::vector<Item> by_default, full;
};

/// Divides `items` by `cover` of what `features` says of each.
template <typename Item, typename Features>
Split<Item> split_by_cover(const std::vector<Item>& items, Features features) {
  std::vector<std::vector<std::string>> all;
  for (const auto& item : items) all.push_back(features(item));
  const auto chosen = cover(all);
  Split<Item> split;
  for (size_t i = 0; i < items.size(); ++i) {
    const bool is_chosen = std::find(chosen.begin(), chosen.end(), i) != chosen.end();
    (is_chosen ? split.by_default : split.full).push_back(items[i]);
  }
  return split;
}

/// Of the models that are made of the same parts, and differ in depth and width alone, the first one.
inline std::vector<std::string> one_model_for_each_set_of_parts() {
  std::set<std::vector<std::string>> seen;
  std::vector<std::string> names;
  for (const auto& name : registry().names())
    if (seen.insert(registry().find(name).parts).second) names.push_back(name);
  return names;
}

/// These models, divided by their parts (ModelInfo::parts: kind of block, stem, shortcut, norm, attention …).
/// A model with a new part is in `by_default` by itself.
inline const Split<std::string>& split_models() {
  static const auto split = split_by_cover(one_model_for_each_set_of_parts(),
                                           [](const std::string& name) { return registry().find(name).parts; });
  return split;
}

}  // namespace reszoo::test
