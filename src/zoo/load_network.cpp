#include "reszoo/zoo/load_network.h"

#include "reszoo/zoo/identify.h"

namespace reszoo {

KeyReport load_state(NetworkImpl& network, const State& state, const LoadOptions& options, const std::string& source) {
  try {
    return load_state(static_cast<nn::Module&>(network), state, options, source);
  } catch (const KeyMismatch& mismatch) {
    throw mismatch.with_hint(match_hint(state));
  }
}

KeyReport load_state(const Network& network, const State& state, const LoadOptions& options, const std::string& source) {
  return load_state(*network.ptr(), state, options, source);
}

KeyReport load_weights(NetworkImpl& network, const std::filesystem::path& path, const LoadOptions& options) {
  return load_state(network, read_weights(path, options.read()), options, path.string());
}

KeyReport load_weights(const Network& network, const std::filesystem::path& path, const LoadOptions& options) {
  return load_weights(*network.ptr(), path, options);
}

KeyReport load_weights(NetworkImpl& network, const Bytes& bytes, const LoadOptions& options, const std::string& source) {
  return load_state(network, read_weights(bytes, source, options.read()), options, source);
}

KeyReport load_weights(const Network& network, const Bytes& bytes, const LoadOptions& options,
                       const std::string& source) {
  return load_weights(*network.ptr(), bytes, options, source);
}

}  // namespace reszoo
