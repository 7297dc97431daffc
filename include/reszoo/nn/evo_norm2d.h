/// A layer that both normalises and activates, found by architecture search.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of an EvoNorm2d.
struct EvoNorm2dOptions {
  int64_t channels = 0;
  int64_t groups = 32;    ///< must divide the channels
  double epsilon = 1e-5;  ///< added to the variance under the root
};

/// EvoNorm-S0: y = weight * x sigmoid(v x) / sqrt(var_group(x) + epsilon) + bias.
/// It needs no activation after it.
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `weight bias v`, each (C).
/// Throws: Error (usage) if channels < 1 or the groups do not divide the channels.
/// Source: Liu et al. 2020, arXiv:2004.02967, table 2.
class EvoNorm2dImpl : public nn::Cloneable<EvoNorm2dImpl> {
 public:
  explicit EvoNorm2dImpl(const EvoNorm2dOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  EvoNorm2dOptions options;
  Tensor weight, bias, v;
};
TORCH_MODULE(EvoNorm2d);

}  // namespace reszoo
