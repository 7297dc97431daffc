/// Layer normalisation over the channels of each pixel.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a LayerNorm2d.
struct LayerNorm2dOptions {
  int64_t channels = 0;
  double epsilon = 1e-6;  ///< added to the variance under the root
};

/// y = weight * (x - mean_C(x)) / sqrt(var_C(x) + epsilon) + bias: one mean and one biased
/// variance for each pixel, over its channels.
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `weight bias`, each (C).
/// Throws: Error (usage) if channels < 1.
/// Source: LayerNorm2d of timm, the norm of ConvNeXt (Liu et al. 2022, arXiv:2201.03545).
/// Differs: from `GroupNorm(1)`, whose mean and variance are over C, H and W.
class LayerNorm2dImpl : public nn::Cloneable<LayerNorm2dImpl> {
 public:
  explicit LayerNorm2dImpl(const LayerNorm2dOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  LayerNorm2dOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(LayerNorm2d);

}  // namespace reszoo
