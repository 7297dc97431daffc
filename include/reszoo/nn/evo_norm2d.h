/// Norm and non-linearity in one, found by search.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of an EvoNorm2d: channels, groups that divide them, and the number
/// beside the variance under the root.
struct EvoNorm2dOptions {
  explicit EvoNorm2dOptions(int64_t channels) : channels_(channels) {}
  TORCH_ARG(int64_t, channels);
  TORCH_ARG(int64_t, groups) = 32;
  TORCH_ARG(double, epsilon) = 1e-5;
};

/// EvoNorm-S0: y = weight * x sigmoid(v x) / sqrt(var_group(x) + epsilon) + bias.
/// No activation belongs behind it.
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `weight bias v`, each (C).
/// Throws: Error (usage) if the groups do not divide the channels.
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
