/// Renames the keys of other packages to those of reszoo.
#pragma once
#include <string>
#include <vector>

#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// Maps another package's keys to those of torchvision or rtdl, which reszoo uses.
struct KeyMap {
  /// A regular expression (ECMAScript) that must match a whole key, and its replacement, in which `$1` is the first
  /// group.
  struct Rule {
    std::string pattern, key;
  };

  std::string name;         ///< "keys of Hugging Face transformers"
  std::vector<Rule> rules;  ///< the first rule that matches is applied; a key that no rule matches is kept
};

/// Returns the key maps that loading tries, one for each package.
const std::vector<KeyMap>& key_maps();

/// A state_dict with other keys, and how its keys were renamed.
struct RemappedState {
  std::string key_remap;  ///< "without prefix backbone., keys of detectron2"
  StateDict state;
};

/// Returns the state_dict renamed by each of the key maps that changes at least a tenth of the keys, behind the prefix
/// where it changes most.
std::vector<RemappedState> candidate_remaps(const StateDict& state);

}  // namespace reszoo
