// Finds the states in a pickled checkpoint: dictionaries of tensors, and modules.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "pickle_entries.h"
#include "pickled_state.h"

namespace reszoo {

/// A dictionary of tensors, or the parameters and buffers of a module.
struct PickledDict {
  std::string path;                                        ///< "model.student"; "" at the top
  std::vector<std::pair<std::string, PickleRef>> tensors;  ///< by key
  /// How much it looks like weights: 2 for a matrix in a module (`fc.weight`), 1 for a matrix, 0 for other tensors.
  int likeness = 0;
};

/// Returns the states at and below `place`, each once, without those of optimizers. `path` is that of `place`. If a
/// dictionary of states has tensors of its own beside them that do not look like a module's, these are left out.
/// Throws: Error (file), whose message begins with `source`, if there is too much to look at.
std::vector<PickledDict> find_states(const Pickle& pickle, const PickledTensors& tensors, PickleRef place,
                                     const std::string& path, const std::string& source);

}  // namespace reszoo
