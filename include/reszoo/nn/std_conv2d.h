/// A convolution whose weights are standardised.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>

#include <optional>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a StdConv2d: those of the convolution, which has no bias, and the
/// number under the root beside the variance.
struct StdConv2dOptions {
  explicit StdConv2dOptions(nn::Conv2dOptions conv) : conv_(std::move(conv)) {}
  TORCH_ARG(nn::Conv2dOptions, conv);
  TORCH_ARG(double, epsilon) = 1e-6;
};

/// Convolves with weights of mean 0 and variance 1 in every output channel:
/// y = w' * x, w' = (w - mean(w)) / sqrt(var(w) + epsilon).
///
/// Shape: as Conv2d.
/// Keys: `weight` (out, in / groups, kernel, kernel), not standardised.
/// Throws: Error (usage) if epsilon <= 0 or the padding is not a number of pixels.
/// Source: Qiao et al. 2019, arXiv:1903.10520, section 3.
class StdConv2dImpl : public nn::Cloneable<StdConv2dImpl> {
 public:
  explicit StdConv2dImpl(const StdConv2dOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  /// The weights that forward convolves with.
  Tensor standardized() const;

  StdConv2dOptions options;
  Tensor weight;
};
TORCH_MODULE(StdConv2d);

/// Builds a Conv2d, or with an `epsilon` a StdConv2d.
AnyModule make_conv(const nn::Conv2dOptions& options, const std::optional<double>& epsilon = std::nullopt);

}  // namespace reszoo
