/// Other names of the same weights.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state.h"

namespace reszoo {

/// How another package names what reszoo names as torchvision or rtdl do.
struct KeyMap {
  /// A regular expression (ECMAScript) that a whole key must match, and what the
  /// key becomes; `$1` is the first group.
  struct Rule {
    std::string pattern, key;
  };

  std::string name;         ///< "keys of Hugging Face transformers"
  std::vector<Rule> rules;  ///< the first that matches counts; a key that none matches stays
};

/// The maps that loading tries, a row each.
const std::vector<KeyMap>& key_maps();

/// A state under the names that a module may have, and how they were found.
struct NamedState {
  std::string naming;  ///< "" for the state's own keys, else "without prefix module."
  State state;
};

/// Every other naming of the state: without a prefix that wrappers put before each
/// key (`module.`, `_orig_mod.`, `model.`, `backbone.`, or several), by one of the
/// key maps, or both.
std::vector<NamedState> other_namings(const State& state);

}  // namespace reszoo
