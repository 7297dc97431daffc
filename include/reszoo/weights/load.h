/// Weights from any file into any module.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/error.h"
#include "reszoo/weights/load_report.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How weights are read and put into a module.
struct LoadOptions {
  bool strict = true;  ///< reject missing, unexpected and mismatched keys
  /// Lets a Network differ from the file in two places. Its last linear layer may have another number of outputs: the
  /// layer then keeps its initial weights. Its first convolution may have another number of input channels: for one
  /// channel the weights are summed over the channels, for m channels they are repeated and scaled by n / m
  /// (timm's rule).
  bool adapt = false;
  bool verify = true;       ///< compare checksums where the file has them
  bool prefer_ema = false;  ///< if the file has averaged weights beside plain ones, take the averaged ones

  ReadOptions read() const { return {.verify = verify, .prefer_ema = prefer_ema}; }
};

/// The error of a state whose keys do not fit a module. The message is a line with the report's counts and hints,
/// then a table of the first differences.
class KeyMismatch : public Error {
 public:
  /// `source` is the file or "state", `subject` what the module is called.
  KeyMismatch(const std::string& source, const std::string& subject, LoadReport report, const std::string& hint = "");

  const LoadReport& report() const { return report_; }

  /// The same error with more at the end of its first line.
  KeyMismatch with_hint(const std::string& hint) const;

 private:
  std::string source_, subject_, hint_;
  LoadReport report_;
};

/// Copies `state` into the parameters and buffers of `module` by key, converted to their type and device. All keys
/// are compared before anything is copied: when this throws, the module is unchanged.
///
/// If the state's own keys do not fit, other names are tried (see `candidate_remaps`), and the one that fits most keys
/// is taken; the report's `key_remap` says which.
///
/// Two kinds of keys never count as a difference; they are in the report's `ignored`: those of a Network's head when
/// the head is an Identity, and a `num_batches_tracked` that the state does not have (files from before
/// PyTorch 0.4.1).
///
/// Throws: KeyMismatch (an Error of kind file) that begins with `source` if keys differ and `options.strict` is set.
/// If `options.adapt` would allow every difference, the message says so. For a Network, reszoo/zoo/load_network.h has
/// an overload whose message also names the registered model that would fit.
LoadReport load_state(nn::Module& module, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state");

/// The same from a file, or from a file's bytes in memory.
LoadReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options = {});
LoadReport load_weights(nn::Module& module, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory");

/// The same for a holder.
template <typename M>
LoadReport load_state(const nn::ModuleHolder<M>& module, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state") {
  return load_state(static_cast<nn::Module&>(*module.ptr()), state, options, source);
}

template <typename M>
LoadReport load_weights(const nn::ModuleHolder<M>& module, const std::filesystem::path& path,
                        const LoadOptions& options = {}) {
  return load_weights(static_cast<nn::Module&>(*module.ptr()), path, options);
}

template <typename M>
LoadReport load_weights(const nn::ModuleHolder<M>& module, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory") {
  return load_weights(static_cast<nn::Module&>(*module.ptr()), bytes, options, source);
}

}  // namespace reszoo
