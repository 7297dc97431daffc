/// Other names of the same weights.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How another package names what reszoo names as torchvision or rtdl do.
struct KeyMap {
  /// A regular expression (ECMAScript) that must match a whole key, and what the key becomes; `$1` is the first group.
  struct Rule {
    std::string pattern, key;
  };

  std::string name;         ///< "keys of Hugging Face transformers"
  std::vector<Rule> rules;  ///< the first that matches is applied; a key that none matches stays as it is
};

/// The maps that loading tries, one for each package.
const std::vector<KeyMap>& key_maps();

/// A state under other keys, and how they were made.
struct RemappedState {
  std::string key_remap;  ///< "" for the state's own keys, else "without prefix module."
  StateDict state;
};

/// Returns the state under all other keys that loading tries: without a prefix that wrappers put before each key
/// (`module.`, `_orig_mod.`, `model.`, `backbone.`, `bottom_up.`, or several), renamed by one of the key maps, or both.
std::vector<RemappedState> candidate_remaps(const StateDict& state);

}  // namespace reszoo
