// Reads the state_dict of a pickled checkpoint.
#pragma once
#include <functional>
#include <string>

#include "pickle.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How a format stores the tensors of its pickles.
struct PickledTensors {
  std::function<bool(PickleRef)> is_tensor;
  std::function<size_t(PickleRef)> rank;  // number of dimensions of a tensor
  std::function<Tensor(PickleRef, const std::string& key)> make;
};

/// Finds the state_dict of a checkpoint and creates its tensors. It is the value of a usual key ("state_dict", "model",
/// "blobs", "ema") at any depth, or else the only dictionary of tensors or module in the file, under any name;
/// `options` say what is taken if there are several. Other values are left out.
///
/// Throws: Error (file), whose message begins with `source`, if there is no state_dict, or if a key is not text or
/// occurs twice; Error (usage) if there are several, or if none is called `options.key`.
StateDict pickled_state(const Pickle& pickle, const PickledTensors& tensors, const std::string& source,
                        const ReadOptions& options);

}  // namespace reszoo
