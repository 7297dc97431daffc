/// Builds networks on the meta device.
#pragma once
#include "reszoo/zoo/registry.h"

namespace reszoo {

/// Builds a network as `create_model` does, but with its tensors on the meta device: they have names, shapes and
/// dtypes, but no storage, and no random numbers are drawn. This takes milliseconds for a network of any size. Such a
/// network can be printed and has its keys, but it cannot be run.
///
/// Throws: as `create_model` does.
Network create_meta_model(const std::string& name, const std::optional<ModelOptions>& options = std::nullopt);

}  // namespace reszoo
