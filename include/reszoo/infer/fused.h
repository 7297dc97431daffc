/// A network made ready for inference.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reszoo/base/precision.h"
#include "reszoo/infer/quantize.h"
#include "reszoo/nn/network.h"

namespace reszoo {

/// How `fuse` makes a network ready.
struct FuseOptions {
  /// Convolutions of 3x3 and stride 1 by Winograd's way, which is two to three times as fast. Without it the sums
  /// are those of the plain network but for their order.
  bool winograd = true;
  /// Times every way that a convolution can be had, when it first meets a shape, and keeps the fastest; else a rule
  /// chooses, which is the same in every run. Results of the ways differ in their last digits.
  bool tune = false;
  /// The way of single layers by their key, "layer1.0.conv1": "direct", "winograd", "winograd:24" (tiles that a
  /// thread takes at once), "onednn". They go before rule and timing.
  std::map<std::string, std::string> ways = {};
  /// What the network computes in. `automatic` is int8 where a quantization is given and `has_fast_int8()`, else the type
  /// of the network's weights. bfloat16 is slower than float32 on a CPU unless `has_fast_bfloat16()`.
  Precision precision = Precision::automatic;
  Quantization quantization = {};  ///< for int8; of the same weights, see `Calibration`
  /// Shares the weights with the network instead of copying them: it is put into evaluation mode, and must not change
  /// any more.
  bool share_weights = false;
};

/// One operation of a fused network, as it is printed.
struct FusedStep {
  std::string key;                   ///< of its layer
  std::string kind;                  ///< "conv", "linear", "max_pool", "average", "scale_shift", "add", "plain", …
  std::vector<std::string> with;     ///< what became part of it, in order: "layer1.0.bn1", "add", "relu"
  std::string way = {};              ///< of a convolution or linear layer, for this shape; or its precision, "int8"
  std::vector<int64_t> output = {};  ///< shape
  int64_t multiply_adds = 0;         ///< of convolutions and linear layers
  double seconds = 0;                ///< set by `profile` alone: the median
};

/// A network as a short list of operations: norms folded into the weights beside them, activations and shortcuts
/// into the operation before. Weights lie in the order that the processor's kernels read, maps are channels-last,
/// and memory between operations is planned once a shape.
///
/// It does not change, and many threads may call it at once; copies share it. Values are those of the network when
/// it was fused, in evaluation mode.
///
/// Shape: as the network; on its device and in its type.
class FusedNetwork {
 public:
  /// Throws: Error (input) if rank, channels or type of x are wrong.
  Tensor forward(const Tensor& x) const;

  /// What the head reads: (N, C).
  Tensor features(const Tensor& x) const;

  /// The outputs of the named steps, as `Network::features`. A set of names that is new is fused anew, so that
  /// they are there; what is fused for one set is kept.
  /// Throws: Error (usage) for a name that is not there.
  std::vector<Tensor> features(const Tensor& x, const std::vector<std::string>& names) const;

  /// The operations of `forward` for an input of this shape, with batch: (N, 3, 224, 224).
  std::vector<FusedStep> steps(const std::vector<int64_t>& shape) const;

  /// The ways of these operations by their layers, as `FuseOptions::ways` takes them.
  std::map<std::string, std::string> ways(const std::vector<int64_t>& shape) const;

  /// The operations with the time that each takes, the median of `rounds`.
  std::vector<FusedStep> profile(const Tensor& x, int64_t rounds = 10) const;

  /// What the network computes in: never `automatic`.
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
/// What cannot be fused runs as the module that it is, "plain" among the steps.
/// On a GPU, and in bfloat16 and int8, layers run by LibTorch's operators, folded and channels-last; `winograd`, `tune`
/// and `ways` are of float32 on the CPU.
/// Throws: Error (usage) for a way that is not there, a key in `ways` that is none of the network's convolutions, int8
/// without a quantization, or a quantization that is of another network; Error (device) for int8 on a GPU, or weights that are not all of one floating type.
FusedNetwork fuse(const Network& network, const FuseOptions& options = {});

}  // namespace reszoo
