/// Loads weights into a network. If they do not match, the error names the model that does.
#pragma once
#include "reszoo/nn/network.h"
#include "reszoo/weights/load.h"

namespace reszoo {

/// Does what `load_state` of reszoo/weights/load.h does. Include this header if the module is a Network: the error then
/// also names the registered model that matches the weights.
///
/// Throws: KeyMismatch as `load_state` of load.h does, with `match_hint` in its message: "net.pth: keys do not fit
/// resnet18: ...; it fits resnet34 with outputs=10". The first comparison with all registered models takes about a
/// second.
LoadReport load_state(NetworkImpl& network, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state");
LoadReport load_state(const Network& network, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state");

/// Loads weights into a network, from a file or from a file's bytes in memory.
LoadReport load_weights(NetworkImpl& network, const std::filesystem::path& path, const LoadOptions& options = {});
LoadReport load_weights(const Network& network, const std::filesystem::path& path, const LoadOptions& options = {});
LoadReport load_weights(NetworkImpl& network, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory");
LoadReport load_weights(const Network& network, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory");

}  // namespace reszoo
