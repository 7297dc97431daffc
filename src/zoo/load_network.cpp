#include "reszoo/zoo/load_network.h"

#include "reszoo/zoo/identify.h"

namespace reszoo {

LoadReport load_state(NetworkImpl& network, const StateDict& state, const LoadOptions& options,
                      const std::string& source) {
  try {
    return load_state(static_cast<nn::Module&>(network), state, options, source);
  } catch (const KeyMismatch& mismatch) {
    throw mismatch.with_hint(match_hint(state));
  }
}

LoadReport load_state(const Network& network, const StateDict& state, const LoadOptions& options,
                      const std::string& source) {
  return load_state(*network.ptr(), state, options, source);
}

LoadReport load_weights(NetworkImpl& network, const std::filesystem::path& path, const LoadOptions& options) {
  return load_state(network, read_weights(path, options.read()), options.of_read_state(), path.string());
}

LoadReport load_weights(const Network& network, const std::filesystem::path& path, const LoadOptions& options) {
  return load_weights(*network.ptr(), path, options);
}

LoadReport load_weights(NetworkImpl& network, const Bytes& bytes, const LoadOptions& options,
                        const std::string& source) {
  return load_state(network, read_weights(bytes, source, options.read()), options.of_read_state(), source);
}

LoadReport load_weights(const Network& network, const Bytes& bytes, const LoadOptions& options,
                        const std::string& source) {
  return load_weights(*network.ptr(), bytes, options, source);
}

}  // namespace reszoo
