// The state_dict in a pickled checkpoint.
#pragma once
#include <functional>
#include <string>

#include "pickle.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How a format writes the tensors of its pickles.
struct PickledTensors {
  std::function<bool(PickleRef)> is_tensor;
  std::function<Tensor(PickleRef, const std::string& key)> make;
};

/// Finds the state_dict of a checkpoint, the pickled dictionary itself or one that lies in it under a usual name
/// ("state_dict", "model", "blobs", "ema"), and makes its tensors. What is no tensor is left out. If the file has plain
/// and averaged weights, `prefer_ema` takes the averaged ones.
///
/// Throws: Error (file) that begins with `source` if there is none, or a key is no text or occurs twice.
StateDict pickled_state(const Pickle& pickle, const PickledTensors& tensors, const std::string& source,
                        bool prefer_ema);

}  // namespace reszoo
