/// Networks prepared for inference.
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
  /// Use Winograd's algorithm for 3x3 and 5x5 convolutions with stride 1: two to three times as fast. When off, results
  /// differ from those of the modules only in the order of summation.
  bool winograd = true;
  /// Time every algorithm of a convolution when it first sees a shape, and keep the fastest (like cuDNN's benchmark
  /// mode). When off, a fixed heuristic chooses, the same in every run. Results of the algorithms differ in their last
  /// digits.
  bool autotune = false;
  /// The algorithm of single layers, by key such as "layer1.0.conv1": "direct", "winograd", "winograd:24" (24 is the
  /// number of tiles that a thread processes at once), "winograd4", "winograd4:24" or "onednn". They take precedence
  /// over the heuristic and over timing.
  std::map<std::string, std::string> algorithms = {};
  /// The precision to compute in. `automatic` is int8 if there is a quantization and `has_fast_int8()` is true,
  /// otherwise the dtype of the network's weights. bfloat16 is slower than float32 on a CPU unless
  /// `has_fast_bfloat16()` is true.
  Precision precision = Precision::automatic;
  Quantization quantization = {};  ///< for int8; made from the same weights, see `Calibration`
  /// Share the weights with the network instead of copying them. The network is put into evaluation mode and must not
  /// change afterwards.
  bool share_weights = false;
};

/// One operation of a fused network, for printing.
struct FusedStep {
  std::string key;  ///< key of its layer
  /// "conv", "linear", "max_pool", "avg_pool", "scale_shift", "channel_scale", "group_norm", "add", …; "module" for a
  /// module that runs as it is.
  std::string kind;
  std::vector<std::string> fused;  ///< what was fused into it, in order: "layer1.0.bn1", "add", "relu"
  std::string algorithm = {};  ///< algorithm of a convolution or linear layer for this shape, or its precision, "int8"
  std::vector<int64_t> output = {};  ///< output shape
  int64_t multiply_adds = 0;         ///< of convolutions and linear layers
  double seconds = 0;                ///< median time; only `profile` sets it
};

/// A network as a short list of operations. Norms are folded into the weights of adjacent layers; activations and
/// shortcuts are fused into the operation before them. Weights are stored in the order in which the processor's kernels
/// read them, activations are channels-last, and the memory for intermediate results is planned once per shape.
///
/// It is immutable, and many threads may call it at once. Copies share it. Its weights are those that the network had
/// when it was fused; it computes what the network computes in evaluation mode.
///
/// Shape: as the network, on its device and in its dtype.
class FusedNetwork {
 public:
  /// Returns the network's outputs.
  /// Throws: Error (input) if the rank, channels or dtype of x are wrong.
  Tensor forward(const Tensor& x) const;

  /// Returns the input of the head: (N, C).
  Tensor features(const Tensor& x) const;

  /// Returns the outputs of the named steps, as `Network::features` does. For each new set of names the network is
  /// fused again, so that these results exist; the fused programs are kept.
  /// Throws: Error (usage) for a name that does not exist.
  std::vector<Tensor> features(const Tensor& x, const std::vector<std::string>& names) const;

  /// Returns the operations of `forward` for an input of this shape, which includes the batch: (N, 3, 224, 224).
  std::vector<FusedStep> steps(const std::vector<int64_t>& shape) const;

  /// Returns the algorithms of these operations by layer, in the form that `FuseOptions::algorithms` takes.
  std::map<std::string, std::string> algorithms(const std::vector<int64_t>& shape) const;

  /// Returns the operations with the time of each: the median of `rounds` runs.
  std::vector<FusedStep> profile(const Tensor& x, int64_t rounds = 10) const;

  /// Returns the precision that the network computes in; never `automatic`.
  Precision precision() const;

  const std::string& name() const;
  const InputSpec& input_spec() const;

 private:
  friend FusedNetwork fuse(const Network& network, const FuseOptions& options);
  struct Impl;
  explicit FusedNetwork(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

/// Prepares a network for inference. The network is copied unless `share_weights` is set, so later changes to it have
/// no effect.
///
/// Modules whose type is not registered (graph/module_type.h) run as they are: as "module" among the steps. On a GPU,
/// layers run on LibTorch's operators, with norms folded and activations channels-last; `winograd`, `autotune` and
/// `algorithms` only apply to float32 on the CPU. Throws: Error (usage) for an unknown algorithm, a key in `algorithms`
/// that is no convolution or linear layer of the network, int8 without a quantization, or a quantization of another
/// network; Error (device) for int8 on a GPU, or weights that are not all of one floating-point dtype.
FusedNetwork fuse(const Network& network, const FuseOptions& options = {});

}  // namespace reszoo
