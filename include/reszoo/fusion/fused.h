/// A network made ready for inference.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/precision.h"
#include "reszoo/fusion/quantize.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// Options of `fuse`.
struct FuseOptions {
  /// Use Winograd's algorithm for convolutions of 3x3 and 5x5 with stride 1, two to three times as fast. When off,
  /// results differ from the modules' only in the order of summation.
  bool winograd = true;
  /// Time every algorithm of a convolution when it first meets a shape, and keep the fastest (cuDNN's benchmark). When
  /// off, a heuristic chooses, the same in every run. Results of the algorithms differ in their last digits.
  bool autotune = false;
  /// The algorithm of single layers by their key, "layer1.0.conv1": "direct", "winograd", "winograd:24" (tiles that a
  /// thread takes at once) or "onednn". They go before heuristic and timing.
  std::map<std::string, std::string> algorithms = {};
  /// What the network computes in. `automatic` is int8 if there is a quantization and `has_fast_int8()`, else the type
  /// of the network's weights. bfloat16 is slower than float32 on a CPU unless `has_fast_bfloat16()`.
  Precision precision = Precision::automatic;
  Quantization quantization = {};  ///< for int8; of the same weights, see `Calibration`
  /// Share the weights with the network instead of copying them: it is put into evaluation mode, and must not change
  /// any more.
  bool share_weights = false;
};

/// One operation of a fused network, as it is printed.
struct FusedStep {
  std::string key;  ///< of its layer
  /// "conv", "linear", "max_pool", "avg_pool", "scale_shift", "channel_scale", "group_norm", "add", …; "module" for
  /// one that runs as it is.
  std::string kind;
  std::vector<std::string> fused;    ///< what became part of it, in order: "layer1.0.bn1", "add", "relu"
  std::string algorithm = {};        ///< of a convolution or linear layer, for this shape; or its precision, "int8"
  std::vector<int64_t> output = {};  ///< shape
  int64_t multiply_adds = 0;         ///< of convolutions and linear layers
  double seconds = 0;                ///< set by `profile` alone: the median
};

/// A network as a short list of operations: norms are folded into the weights beside them, activations and shortcuts
/// into the operation before. Weights lie in the order that the processor's kernels read, maps are channels-last, and
/// memory between operations is planned once for each shape.
///
/// It does not change, and many threads may call it at once; copies share it. Values are those of the network when it
/// was fused, in evaluation mode.
///
/// Shape: as the network; on its device and in its type.
class FusedNetwork {
 public:
  /// Throws: Error (input) if rank, channels or type of x are wrong.
  Tensor forward(const Tensor& x) const;

  /// What the head reads: (N, C).
  Tensor features(const Tensor& x) const;

  /// The outputs of the named steps, as `Network::features`. A new set of names is fused anew, so that these results
  /// exist; programs are kept.
  /// Throws: Error (usage) for a name that is not there.
  std::vector<Tensor> features(const Tensor& x, const std::vector<std::string>& names) const;

  /// The operations of `forward` for an input of this shape, with batch: (N, 3, 224, 224).
  std::vector<FusedStep> steps(const std::vector<int64_t>& shape) const;

  /// The algorithms of these operations by their layers, as `FuseOptions::algorithms` takes them.
  std::map<std::string, std::string> algorithms(const std::vector<int64_t>& shape) const;

  /// The operations with the time that each takes, the median of `rounds`.
  std::vector<FusedStep> profile(const Tensor& x, int64_t rounds = 10) const;

  /// What the network computes in; never `automatic`.
  Precision precision() const;

  const std::string& name() const;
  const InputSpec& input_spec() const;

 private:
  friend FusedNetwork fuse(const Network& network, const FuseOptions& options);
  struct Impl;
  explicit FusedNetwork(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

/// Makes a network ready for inference. The network is copied, unless `share_weights` is set: later changes to it are
/// not seen.
///
/// Modules of a type that has no row (graph/module_type.h) run as they are: "module" among the steps. On a GPU, and in
/// bfloat16 and int8, layers run by LibTorch's operators, folded and channels-last; `winograd`, `autotune` and
/// `algorithms` are for float32 on the CPU.
/// Throws: Error (usage) for an unknown algorithm, a key in `algorithms` that is no convolution or linear layer of the
/// network, int8 without a quantization, or a quantization of another network; Error (device) for int8 on a GPU, or
/// weights that are not all of one floating type.
FusedNetwork fuse(const Network& network, const FuseOptions& options = {});

}  // namespace reszoo
