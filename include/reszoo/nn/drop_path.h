/// Stochastic depth.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a DropPath: the fraction of rows or images whose branch is dropped.
struct DropPathOptions {
  explicit DropPathOptions(double probability) : probability_(probability) {}
  TORCH_ARG(double, probability);
};

/// In training drops the whole branch of an image with the given probability and
/// divides the others by what is kept: y = x * b / (1 - p), b one bit an image.
/// In evaluation y = x.
///
/// Shape: (N, …) to the same.
/// Throws: Error (usage) if the probability is not in [0, 1).
/// Source: Huang et al. 2016, arXiv:1603.09382, section 3.
/// Differs: the paper scales in evaluation instead.
class DropPathImpl : public nn::Cloneable<DropPathImpl> {
 public:
  explicit DropPathImpl(const DropPathOptions& options);
  void reset() override {}
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  DropPathOptions options;
};
TORCH_MODULE(DropPath);

}  // namespace reszoo
