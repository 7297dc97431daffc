/// Weights from any file into any module.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/weights/key_report.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state.h"

namespace reszoo {

/// How weights are read and put into a module.
struct LoadOptions {
  bool strict = true;  ///< refuse missing, unexpected and mismatched keys
  bool adapt = false;  ///< let the last linear layer have another number of outputs; it stays as initialised
  bool verify = true;  ///< compare digests where the file has one
};

/// Copies `state` into the parameters and buffers of `module`, by key, to their
/// type and device. All is compared before anything is copied: when this throws,
/// the module is unchanged.
///
/// Two kinds of keys never count as a difference. Those of a Network's head when
/// an Identity stands in its place, and a `num_batches_tracked` that the state
/// does not have (files from before PyTorch 0.4.1), are in the report's `ignored`.
///
/// Throws: Error (file) that begins with `source`, with the report's line, if
/// keys differ and `options.strict`.
KeyReport load_state(nn::Module& module, const State& state, const LoadOptions& options = {},
                     const std::string& source = "state");

/// The same from a file.
KeyReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options = {});

template <typename M>
KeyReport load_state(const nn::ModuleHolder<M>& module, const State& state, const LoadOptions& options = {},
                     const std::string& source = "state") {
  return load_state(static_cast<nn::Module&>(*module.ptr()), state, options, source);
}

template <typename M>
KeyReport load_weights(const nn::ModuleHolder<M>& module, const std::filesystem::path& path,
                       const LoadOptions& options = {}) {
  return load_weights(static_cast<nn::Module&>(*module.ptr()), path, options);
}

}  // namespace reszoo
