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
  /// Let a Network differ from the file in two places. Its last linear layer may
  /// have another number of outputs: it stays as initialised. Its first
  /// convolution may have another number of input channels: n channels become one
  /// by their sum, or m by repeating them with the factor n / m (timm's rule).
  bool adapt = false;
  bool verify = true;       ///< compare checksums where the file has them
  bool prefer_ema = false;  ///< of a file that has averaged weights beside plain ones, take these

  ReadOptions read() const { return {.verify = verify, .prefer_ema = prefer_ema}; }
};

/// Copies `state` into the parameters and buffers of `module`, by key, to their
/// type and device. All is compared before anything is copied: when this throws,
/// the module is unchanged.
///
/// Where the state's own keys do not fit, other namings are tried (see
/// `other_namings`), and the one that fits most keys is taken; the report's
/// `naming` says which.
///
/// Two kinds of keys never count as a difference. Those of a Network's head when
/// an Identity stands in its place, and a `num_batches_tracked` that the state
/// does not have (files from before PyTorch 0.4.1), are in the report's `ignored`.
///
/// Throws: Error (file) that begins with `source` if keys differ and
/// `options.strict`: a line with the report's counts and the row of the registry
/// that would fit, then a table of the first differences.
KeyReport load_state(nn::Module& module, const State& state, const LoadOptions& options = {},
                     const std::string& source = "state");

/// The same from a file, or from a file's bytes in memory.
KeyReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options = {});
KeyReport load_weights(nn::Module& module, const Bytes& bytes, const LoadOptions& options = {},
                       const std::string& source = "memory");

/// The same for a holder.
template <typename M, typename... Rest>
KeyReport load_state(const nn::ModuleHolder<M>& module, const State& state, const LoadOptions& options = {},
                     const Rest&... rest) {
  return load_state(static_cast<nn::Module&>(*module.ptr()), state, options, rest...);
}

template <typename M, typename File, typename... Rest>
KeyReport load_weights(const nn::ModuleHolder<M>& module, const File& file, const LoadOptions& options = {},
                       const Rest&... rest) {
  return load_weights(static_cast<nn::Module&>(*module.ptr()), file, options, rest...);
}

}  // namespace reszoo
