/// Channel attention with two 1x1 convolutions (squeeze-and-excitation).
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a SqueezeExcite.
struct SqueezeExciteOptions {
  int64_t channels = 0;
  double ratio = 1.0 / 16;  ///< squeezed channels / channels

  /// Returns the number R of squeezed channels: a multiple of 8, at least 8.
  int64_t squeezed() const;
};

/// Scales each channel by a gate: y = x * sigmoid(fc2(relu(fc1(mean(x))))).
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `fc1.weight` (R, C, 1, 1), `fc1.bias` (R), `fc2.weight` (C, R, 1, 1), `fc2.bias` (C).
/// Throws: Error (usage) if channels < 1 or ratio <= 0.
/// Source: Hu et al. 2017, arXiv:1709.01507, section 3.
/// Differs: R is rounded to a multiple of 8 as in timm; the paper only divides.
class SqueezeExciteImpl : public nn::Cloneable<SqueezeExciteImpl> {
 public:
  explicit SqueezeExciteImpl(const SqueezeExciteOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  SqueezeExciteOptions options;
  nn::Conv2d fc1{nullptr}, fc2{nullptr};
};
TORCH_MODULE(SqueezeExcite);

}  // namespace reszoo
