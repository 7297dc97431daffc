/// Stochastic depth.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a DropPath.
struct DropPathOptions {
  double probability = 0;  ///< fraction of samples whose branch is dropped
};

/// In training, drops the whole branch of a sample with probability p and scales the other samples:
/// y = x * b / (1 - p), where b is 0 or 1 for each sample. In evaluation, y = x.
///
/// Shape: (N, …) to the same.
/// Throws: Error (usage) if the probability is not in [0, 1).
/// Source: Huang et al. 2016, arXiv:1603.09382, section 3.
/// Differs: the paper scales in evaluation instead of training.
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
