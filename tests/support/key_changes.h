// Changes the keys of state_dicts as programs that save weights do.
#pragma once
#include <torch/types.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "reszoo/nn/network.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo::test {

template <typename Rename>
StateDict renamed_keys(const StateDict& state, Rename rename) {
  StateDict result("key");
  for (const auto& item : state) result.insert(rename(item.key()), item.value());
  return result;
}

inline StateDict with_prefix(const StateDict& state, const std::string& prefix) {
  return renamed_keys(state, [&](const std::string& key) { return prefix + key; });
}

/// Replaces `from` where it begins a part of the key.
inline StateDict replaced(const StateDict& state, const std::string& from, const std::string& to) {
  return renamed_keys(state, [&](std::string key) {
    for (size_t at = key.find(from); at != std::string::npos; at = key.find(from, at + 1))
      if (at == 0 || key[at - 1] == '.') return key.replace(at, from.size(), to);
    return key;
  });
}

inline StateDict without_keys(const StateDict& state, const std::string& prefix) {
  StateDict result("key");
  for (const auto& item : state)
    if (!item.key().starts_with(prefix)) result.insert(item.key(), item.value());
  return result;
}

/// Gives the children their numbers in this list, as Sequential(*children) does.
inline StateDict by_number(const StateDict& state, const std::vector<std::string>& children) {
  return renamed_keys(state, [&](const std::string& key) {
    const auto dot = key.find('.');
    const auto at = std::find(children.begin(), children.end(), key.substr(0, dot));
    return at == children.end() ? key : std::to_string(at - children.begin()) + key.substr(dot);
  });
}

inline StateDict both(const StateDict& a, const StateDict& b) {
  StateDict result = a;
  for (const auto& item : b) result.insert(item.key(), item.value());
  return result;
}

/// Returns other values under the same keys.
inline StateDict multiplied(const StateDict& state, int factor) {
  StateDict result("key");
  for (const auto& item : state) result.insert(item.key(), item.value().detach() * factor);
  return result;
}

/// A state_dict with changed keys.
struct ChangedKeys {
  StateDict state{"key"};
  std::string description;
  size_t added = 0;  ///< keys that are not the network's
  size_t lacks = 0;  ///< counters of batches that were left out
};

/// Puts wrappers around random modules, numbers or renames children, adds prefixes and other keys, by a seed.
class KeyChanger {
 public:
  KeyChanger(const Network& network, uint64_t seed) : network_(network), random_(seed) {}

  ChangedKeys change() {
    changed_.state = state_of(*network_);
    maybe("without counters", [&] { drop_counters(); });
    maybe("wrappers inside", [&] { wrap_inside(); });
    maybe("the head renamed", [&] { rename_head(); });
    maybe("counters of operations", [&] { add_operations(); });
    if (below(3) == 0) number_children();
    for (auto words = below(4); words-- > 0;) wrap(word());
    maybe("keys beside", [&] { add_beside(); });
    return std::move(changed_);
  }

 private:
  uint64_t below(uint64_t limit) { return random_() % limit; }

  template <typename Change>
  void maybe(const char* name, Change change) {
    if (below(2) == 0) return;
    changed_.description += std::string(name) + ", ";
    change();
  }

  std::string word() {
    constexpr const char* words[] = {"module", "model", "_orig_mod", "student", "7", "net2", "encoder"};
    return words[below(std::size(words))];
  }

  void wrap(const std::string& name) {
    changed_.description += "prefix " + name + ", ";
    changed_.state = with_prefix(changed_.state, name + ".");
  }

  void drop_counters() {
    const auto before = changed_.state.size();
    StateDict kept("key");
    for (const auto& item : changed_.state)
      if (!item.key().ends_with("num_batches_tracked")) kept.insert(item.key(), item.value());
    changed_.state = kept;
    changed_.lacks = before - kept.size();
  }

  void wrap_inside() {
    std::set<std::string> modules;
    for (const auto& item : network_->named_modules("", /*include_self=*/false))
      if (below(3) == 0) modules.insert(item.key() + ".");
    const auto name = word() + ".";
    changed_.state = renamed_keys(changed_.state, [&](std::string key) {
      for (size_t dot = key.rfind('.'); dot != std::string::npos;
           dot = dot == 0 ? std::string::npos : key.rfind('.', dot - 1))
        if (modules.contains(key.substr(0, dot + 1))) key.insert(dot + 1, name);
      return key;
    });
  }

  void rename_head() {
    constexpr const char* names[] = {"head", "classifier", "heads.first", "my_head"};
    changed_.state =
        replaced(changed_.state, network_->head_path() + ".", names[below(std::size(names))] + std::string("."));
  }

  void add_operations() {
    std::set<std::string> modules;
    for (const auto& item : changed_.state) modules.insert(item.key().substr(0, item.key().rfind('.') + 1));
    for (const auto& module : modules)
      if (below(2) == 0) add(module + "total_ops", torch::zeros({1}, torch::kDouble));
  }

  void number_children() {
    std::vector<std::string> children;
    for (const auto& item : network_->named_children()) children.push_back(item.key());
    if (std::any_of(children.begin(), children.end(), [](const auto& name) { return std::isdigit(name[0]); })) return;
    changed_.description += "by number, ";
    changed_.state = by_number(changed_.state, children);
  }

  void add_beside() {
    add("criterion.weight", torch::ones({3}));
    add("projector.0.weight", torch::ones({11, 13}));
    add("projector.2.weight", torch::ones({13, 11}));
    add("n_averaged", torch::tensor(3));
    add("metrics.confusion", torch::ones({3, 3}));
  }

  void add(const std::string& key, const Tensor& tensor) {
    if (changed_.state.contains(key)) return;
    changed_.state.insert(key, tensor);
    ++changed_.added;
  }

  Network network_;
  std::mt19937_64 random_;
  ChangedKeys changed_;
};

}  // namespace reszoo::test
