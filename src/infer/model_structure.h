// Whether a network is what its name and options build.
#pragma once
#include <string>

#include "reszoo/zoo/registry.h"

namespace reszoo {

/// Compares a network with the one that `create_model(name, options)` builds: type, options, weights' names and shapes
/// of every module, in order. It takes the milliseconds that the network takes to build without weights.
///
/// Throws: Error (usage) naming the first module that differs, or that no model of that name is registered.
void check_structure(const Network& network, const std::string& name, const ModelOptions& options);

}  // namespace reszoo
