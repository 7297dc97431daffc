/// A convolution with weight standardisation.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a StdConv2d.
struct StdConv2dOptions {
  nn::Conv2dOptions conv{0, 0, 1};  ///< options of the convolution; `bias` is ignored, there is none
  double epsilon = 1e-6;            ///< added to the variance under the root
};

/// Convolves with weights that have mean 0 and variance 1 in every output channel:
/// y = w' * x, w' = (w - mean(w)) / sqrt(var(w) + epsilon).
///
/// Shape: as for Conv2d.
/// Keys: `weight` (out, in / groups, kernel, kernel), before standardisation.
/// Throws: Error (usage) if epsilon <= 0 or the padding is not a number of pixels.
/// Source: Qiao et al. 2019, arXiv:1903.10520, section 3.
class StdConv2dImpl : public nn::Cloneable<StdConv2dImpl> {
 public:
  explicit StdConv2dImpl(const StdConv2dOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  /// Returns the standardised weights that `forward` convolves with.
  Tensor standardized() const;

  StdConv2dOptions options;
  Tensor weight;
};
TORCH_MODULE(StdConv2d);

}  // namespace reszoo
