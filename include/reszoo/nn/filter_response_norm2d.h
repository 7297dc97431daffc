/// A norm that needs neither batch nor groups, with its own threshold.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a FilterResponseNorm2d: channels, and the number beside the mean
/// square under the root.
struct FilterResponseNorm2dOptions {
  explicit FilterResponseNorm2dOptions(int64_t channels) : channels_(channels) {}
  TORCH_ARG(int64_t, channels);
  TORCH_ARG(double, epsilon) = 1e-5;
};

/// y = max(weight * x / sqrt(mean_HW(x^2) + epsilon) + bias, tau).
/// No activation belongs behind it.
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `weight bias tau`, each (C).
/// Source: Singh and Krishnan 2019, arXiv:1911.09737, section 3.
/// Differs: epsilon 1e-5 as in timm; the paper has 1e-6.
class FilterResponseNorm2dImpl : public nn::Cloneable<FilterResponseNorm2dImpl> {
 public:
  explicit FilterResponseNorm2dImpl(const FilterResponseNorm2dOptions& options_) : options(options_) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  FilterResponseNorm2dOptions options;
  Tensor weight, bias, tau;
};
TORCH_MODULE(FilterResponseNorm2d);

}  // namespace reszoo
