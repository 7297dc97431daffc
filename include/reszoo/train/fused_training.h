/// A faster forward and backward for training tabular networks.
#pragma once
#include <c10/util/intrusive_ptr.h>

#include <cstdint>

#include "reszoo/graph/graph.h"

namespace reszoo {

/// Runs a module in training: the same numbers as `model.forward(x)` within float
/// tolerance, in fewer and fused passes where the module is a Network of tabular
/// blocks whose parts it knows; any other module runs as it is.
///
/// Known are `input_projection`, blocks of `tabular_block`, and norm and ReLU of the
/// head of `tabular_resnet`: linear layers plain or of a BatchEnsemble, batch norm in
/// training mode or none, ReLU, any dropout, in float32 on a CPU. Steps before the
/// input projection and the output layer run as they are.
///
/// Differs: from the modules in what a dropout drops, which here is a function of
/// (seed, step, layer, element): independent of threads, of LibTorch's generators
/// (nothing is drawn from them) and of what was done before.
///
/// Outputs are differentiable once: by `backward` and `torch::autograd::grad`.
class FusedTraining {
 public:
  explicit FusedTraining(uint64_t seed = 0);
  ~FusedTraining();
  FusedTraining(FusedTraining&&) noexcept;
  FusedTraining& operator=(FusedTraining&&) noexcept;

  /// Shape: as `model`. `step` counts the steps of a run: the same number gives the same dropout. Memory is used again
  /// by the next call once the graph of this one is gone.
  Tensor operator()(AnyModule& model, const Tensor& x, int64_t step);

  /// Whether `model` as it is now runs by the fused passes.
  static bool applies(const AnyModule& model);

  struct Memory;

 private:
  uint64_t seed_;
  GraphCache graphs_;
  c10::intrusive_ptr<Memory> memory_;
};

}  // namespace reszoo
