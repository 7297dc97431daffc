/// Normalisation of each channel of each image, with a learned threshold.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a FilterResponseNorm2d.
struct FilterResponseNorm2dOptions {
  int64_t channels = 0;
  double epsilon = 1e-5;  ///< added to the mean square under the root
};

/// y = max(weight * x / sqrt(mean_HW(x^2) + epsilon) + bias, tau).
/// It needs no activation after it.
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `weight bias tau`, each (C).
/// Throws: Error (usage) if channels < 1.
/// Source: Singh and Krishnan 2019, arXiv:1911.09737, section 3.
/// Differs: epsilon 1e-5 as in timm; the paper has 1e-6.
class FilterResponseNorm2dImpl : public nn::Cloneable<FilterResponseNorm2dImpl> {
 public:
  explicit FilterResponseNorm2dImpl(const FilterResponseNorm2dOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  FilterResponseNorm2dOptions options;
  Tensor weight, bias, tau;
};
TORCH_MODULE(FilterResponseNorm2d);

}  // namespace reszoo
