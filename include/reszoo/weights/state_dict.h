/// The state_dict: weights by name, which every reader returns and every writer takes.
#pragma once
#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/ordered_dict.h>

#include <string>
#include <vector>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Tensors by key, in the order of the file or of PyTorch's `state_dict`.
using StateDict = torch::OrderedDict<std::string, Tensor>;

/// Returns the parameters and buffers of `module` in the order of PyTorch's `state_dict`: the module's own parameters,
/// its own buffers, then those of each child. The tensors are the module's own, not copies.
StateDict state_of(const nn::Module& module);

/// Returns the tensors whose keys begin with the parts `key` ("student", "module.student"), without them. If there are
/// none, `key` may also be inside of the keys.
/// Throws: Error (usage), whose message begins with `source`, if no key has these parts; it names those that there are.
StateDict state_under(const StateDict& state, const std::string& key, const std::string& source);

/// Returns the keys of the tensors that hold a NaN or an infinity, in order. Integers never do. Each value is read
/// once.
std::vector<std::string> non_finite(const StateDict& state);

/// Describes them: "NaN or infinite weights in 2 of its 62 tensors, 5 of 64 numbers in bn1.weight"; "" if there are
/// none.
std::string describe_non_finite(const StateDict& state);

/// Throws: Error (file) that begins with `source` and describes them, if there are any.
void refuse_non_finite(const StateDict& state, const std::string& source);

}  // namespace reszoo
