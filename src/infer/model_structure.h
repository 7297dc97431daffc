// Checks that a network has the structure that its name and options build.
#pragma once
#include <string>

#include "reszoo/zoo/registry.h"

namespace reszoo {

/// Compares a network with the one that `create_model(name, options)` builds: type, options, and names and shapes of
/// the weights of every module, in order. This takes the time to build the network without weights, some milliseconds.
///
/// Throws: Error (usage), which names the first module that differs, or says that no model of that name is registered.
void check_structure(const Network& network, const std::string& name, const ModelOptions& options);

}  // namespace reszoo
