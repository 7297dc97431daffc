/// Loads weights from any file into any module.
#pragma once
#include <filesystem>
#include <string>

#include "reszoo/base/error.h"
#include "reszoo/weights/load_report.h"
#include "reszoo/weights/read.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo {

/// How weights are read and loaded into a module.
struct LoadOptions {
  bool strict = true;  ///< reject missing, unexpected and mismatched keys
  /// Allows differences between a Network and the file. If the last linear layer has another number of outputs, or the
  /// file has no head, it keeps its initial weights. If the first convolution has another number of input channels, its
  /// weights are adapted as in timm: for one channel they are summed over the file's n channels, for m channels they
  /// are repeated and scaled by n / m.
  bool adapt = false;
  bool verify = true;             ///< verify checksums if the file has them
  bool prefer_ema = false;        ///< if the file has both plain and averaged (EMA) weights, load the averaged ones
  bool allow_non_finite = false;  ///< load NaN and infinite weights too
  /// The state to load if the file has several: the path of a dictionary in the file or a prefix of its keys,
  /// "student".
  std::string key = {};
  /// Let the module have the file's tensors instead of copies, as `load_state_dict(assign=True)` does in PyTorch. Those
  /// of a file are mapped: they take no memory until they are read, and `fuse` gives it back when it has packed them.
  /// Weights of another dtype are converted to temporary files, which behave alike. The file must not be overwritten in
  /// place while the module is used; replacing it by a rename is safe.
  bool assign = false;
  std::function<void(const std::string& line)> on_note = {};  ///< see ReadOptions

  ReadOptions read() const {
    return {.verify = verify, .prefer_ema = prefer_ema, .key = key, .all_states = true, .on_note = on_note};
  }
  /// The options for a state_dict that was read with `read()`, where `key` is done.
  LoadOptions of_read_state() const {
    auto options = *this;
    options.key.clear();
    return options;
  }
};

/// Thrown if the keys of a state_dict do not match a module. The message is a line with the report's counts and hints,
/// followed by a table of the first differences.
class KeyMismatch : public Error {
 public:
  /// `source` is the file or "state"; `subject` is the name of the module in the message.
  KeyMismatch(const std::string& source, const std::string& subject, LoadReport report, const std::string& hint = "");

  const LoadReport& report() const { return report_; }

  /// Returns the same error with `hint` added at the end of its first line.
  KeyMismatch with_hint(const std::string& hint) const;

 private:
  std::string source_, subject_, hint_;
  LoadReport report_;
};

/// Copies `state` into the parameters and buffers of `module` by key, and converts to their dtype and device. All keys
/// are compared before anything is copied: if this throws, the module is unchanged.
///
/// If the keys are not the module's own, it is found by structure (see `fit_keys`), also by the key names of other
/// packages (see `candidate_remaps`); the report's `key_remap` says how.
///
/// Keys of the file that have no part in the module never count as a difference and are listed in the report's
/// `ignored`: other modules beside it, counters, and the keys of a Network's head if the head is an Identity. So is
/// `num_batches_tracked` if the state_dict lacks it (files from before PyTorch 0.4.1).
///
/// Throws: Error (usage) if the module is there several times, which names them for `options.key`; Error (file) for
/// complex numbers, or quantized ones, where the module has real ones, and for weights that are NaN or infinite, unless
/// `options.allow_non_finite`; KeyMismatch (an Error of kind file), whose message begins with `source`, if keys differ
/// and `options.strict` is set. If `options.adapt` would allow every difference, the message says so. For a Network,
/// reszoo/zoo/load_network.h has an overload whose message also names the registered model that matches.
LoadReport load_state(nn::Module& module, const StateDict& state, const LoadOptions& options = {},
                      const std::string& source = "state");

/// Loads weights as `load_state` does, from a file or from a file's bytes in memory.
LoadReport load_weights(nn::Module& module, const std::filesystem::path& path, const LoadOptions& options = {});
LoadReport load_weights(nn::Module& module, const Bytes& bytes, const LoadOptions& options = {},
                        const std::string& source = "memory");

/// Overloads for module holders.
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
