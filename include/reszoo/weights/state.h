/// The tensors of a module by name.
#pragma once
#include <torch/nn/module.h>

#include <string>

namespace reszoo {

/// Parameters and buffers by key, in PyTorch's `state_dict` order.
using State = torch::OrderedDict<std::string, at::Tensor>;

/// Returns the module's parameters and buffers: its own parameters, its own
/// buffers, then those of its children. The tensors are the module's own.
State state_of(const torch::nn::Module& module);

}  // namespace reszoo
