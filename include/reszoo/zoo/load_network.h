/// Weights into a network, with the model that would fit where they do not.
#pragma once
#include "reszoo/nn/network.h"
#include "reszoo/weights/load.h"

namespace reszoo {

/// `load_state` of reszoo/weights/load.h for a network. Include this header where the module is a Network: the error
/// then also names the registered model that the weights fit.
///
/// Throws: KeyMismatch as there, with `match_hint` in its message: "net.pth: keys do not fit resnet18: ...; it fits
/// resnet34 with outputs=10". To compare all registered models takes about a second, once.
LoadReport load_state(NetworkImpl& network, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state");
LoadReport load_state(const Network& network, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state");

/// `load_weights` for a network, from a file or from a file's bytes in memory.
LoadReport load_weights(NetworkImpl& network, const std::filesystem::path& path, const LoadOptions& options = {});
LoadReport load_weights(const Network& network, const std::filesystem::path& path, const LoadOptions& options = {});
LoadReport load_weights(NetworkImpl& network, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory");
LoadReport load_weights(const Network& network, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory");

}  // namespace reszoo
