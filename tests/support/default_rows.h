// Selects the models of the default tests; tests of the others have the label `full`.
#pragma once
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "reszoo/zoo/registry.h"

namespace reszoo::test {

/// Returns the indices of a few items that together have every feature: each item with a feature that no previous item
/// has, except those whose features the others cover. Families are ordered by depth, so these are the smallest models.
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

/// The items of a test suite: those that run by default, and those that `tools/test.sh --full` adds.
template <typename Item>
struct Split {
  std::vector<Item> by_default, full;
};

/// Splits `items` with `cover` of the features that `features` returns for each item.
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

/// Returns the first of each group of models that have the same building blocks and differ only in depth and width.
inline std::vector<std::string> one_model_for_each_set_of_parts() {
  std::set<std::vector<std::string>> seen;
  std::vector<std::string> names;
  for (const auto& name : registry().names())
    if (seen.insert(registry().find(name).parts).second) names.push_back(name);
  return names;
}

/// Returns these models, split by their building blocks (ModelInfo::parts: kind of block, stem, shortcut, norm,
/// attention …). A model with a new building block is added to `by_default` automatically.
inline const Split<std::string>& split_models() {
  static const auto split = split_by_cover(one_model_for_each_set_of_parts(),
                                           [](const std::string& name) { return registry().find(name).parts; });
  return split;
}

}  // namespace reszoo::test
