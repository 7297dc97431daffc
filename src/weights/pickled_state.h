// Finds the state_dict in a pickled checkpoint.
#pragma once
#include <functional>
#include <string>

#include "pickle.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How a format stores the tensors of its pickles.
struct PickledTensors {
  std::function<bool(PickleRef)> is_tensor;
  std::function<Tensor(PickleRef, const std::string& key)> make;
};

/// Finds the state_dict of a checkpoint and creates its tensors. It is the pickled dictionary itself, or the value of a
/// usual key in it ("state_dict", "model", "blobs", "ema"). Values that are not tensors are left out. If the file has
/// both plain and averaged (EMA) weights, `prefer_ema` selects the averaged ones.
///
/// Throws: Error (file), whose message begins with `source`, if there is no state_dict, or if a key is not text or
/// occurs twice.
StateDict pickled_state(const Pickle& pickle, const PickledTensors& tensors, const std::string& source,
                        bool prefer_ema);

}  // namespace reszoo
