/// Replaces modules of a finished network.
#pragma once
#include <string>

#include "reszoo/nn/residual_block.h"

namespace reszoo {

/// Replaces the module at `path` ("layer1.0.bn1") in a Chain, ResidualBlock or Network. `forward`, `parameters()` and
/// printing use the new module, which keeps its own mode and device.
///
/// Throws: Error (usage) if there is no such path (the message names the nearest one), or if the parent of the module
/// is not a Composite: its forward would still run the old module.
void replace_module(nn::Module& root, const std::string& path, AnyModule module);

/// Overload for any holder, shared pointer or `torch::nn::Sequential`.
template <typename Root, typename Module>
void replace_module(const nn::ModuleHolder<Root>& root, const std::string& path, Module module) {
  replace_module(*root.ptr(), path, as_any(std::move(module)));
}

template <typename Module>
void replace_module(nn::Module& root, const std::string& path, Module module) {
  replace_module(root, path, as_any(std::move(module)));
}

/// Returns the module at `path`.
/// Throws: Error (usage) if there is none.
std::shared_ptr<nn::Module> find_module(const nn::Module& root, const std::string& path);

}  // namespace reszoo
