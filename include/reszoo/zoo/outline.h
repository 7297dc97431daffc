/// A network without its numbers.
#pragma once
#include "reszoo/zoo/registry.h"

namespace reszoo {

/// Builds a network as `create_model` does, but its tensors are on the meta
/// device: names, shapes and types, no storage and no random numbers. It takes
/// milliseconds for a network of any size; it can be asked for keys and printed,
/// not run.
///
/// Throws: those of `create_model`.
Network outline_model(const std::string& name, const std::optional<ModelOptions>& options = std::nullopt);

}  // namespace reszoo
