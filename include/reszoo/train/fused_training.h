/// A faster forward and backward pass for training.
#pragma once
#include <c10/util/intrusive_ptr.h>

#include <cstdint>

#include "reszoo/graph/graph.h"

namespace reszoo {

namespace detail {
class StepMemory;
}

/// Runs a module in training with fewer, fused passes. The results equal those of `model.forward(x)` within float
/// tolerance. It applies to a Network of tabular blocks whose parts are supported, and to image networks with batch
/// norm; any other module runs as it is. Under autocast to bfloat16 it applies to image networks.
///
/// Supported tabular parts are `input_projection`, blocks of `tabular_block`, and norm and ReLU of the head of
/// `tabular_resnet`: linear layers, plain or of a BatchEnsemble; batch norm in training mode, or none; ReLU; any
/// dropout. They must be float32 on a CPU. Steps before the input projection and the output layer run as they are,
/// except those of a k-ensemble: one-hot encoding, version b of PiecewiseLinearEmbeddings and the output layer are in
/// the passes.
///
/// The results of a k-ensemble do not depend on the number of threads.
///
/// Differs: from the modules in the values that a dropout drops. Here they depend on (seed, step, layer, row, column)
/// alone, not on threads, on earlier calls, or on LibTorch's generators, which are not used.
///
/// Outputs are differentiable once, by `backward` and `torch::autograd::grad`.
class FusedTraining {
 public:
  explicit FusedTraining(uint64_t seed = 0);
  ~FusedTraining();
  FusedTraining(FusedTraining&&) noexcept;
  FusedTraining& operator=(FusedTraining&&) noexcept;

  /// Returns the model's outputs. `step` is the step of the run: the same number gives the same dropout. The buffers
  /// are reused by the next call if the graph of this call no longer exists.
  ///
  /// Shape: as `model`.
  Tensor operator()(AnyModule& model, const Tensor& x, int64_t step);

  /// Returns the outputs of a model in evaluation mode, without a graph. The passes compute those of a k-ensemble.
  ///
  /// Shape: as `model`.
  Tensor evaluate(AnyModule& model, const Tensor& x);

  /// Whether the fused passes support `model` in its current state.
  static bool applies(const AnyModule& model);

  struct Memory;

 private:
  uint64_t seed_;
  GraphCache graphs_;
  c10::intrusive_ptr<Memory> memory_;
  c10::intrusive_ptr<detail::StepMemory> images_;
};

}  // namespace reszoo
