/// The projection shortcut (W_s in the paper) for features.
#pragma once
#include "reszoo/nn/chain.h"
#include "reszoo/nn/norm.h"

namespace reszoo {

/// Options of a LinearProjection.
struct LinearProjectionOptions {
  int64_t in = 0;            ///< features of the input
  int64_t out = 0;           ///< features of the output
  Norm norm = Norm{"none"};  ///< after the matrix product
};

/// Projects the shortcut to another width by a linear layer without bias: y = norm(W_s x).
///
/// Shape: (N, in) to (N, out).
/// Keys: `0.weight` (out, in); `1.*` are the norm's.
/// Source: He et al. 2015, arXiv:1512.03385, equation (2).
class LinearProjectionImpl : public ChainImpl {
 public:
  explicit LinearProjectionImpl(const LinearProjectionOptions& options);
  /// Builds the projection without a norm.
  LinearProjectionImpl(int64_t in, int64_t out) : LinearProjectionImpl(LinearProjectionOptions{.in = in, .out = out}) {}
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override { stream << "LinearProjection"; }

 private:
  explicit LinearProjectionImpl(Steps steps) : ChainImpl(std::move(steps)) {}
};
TORCH_MODULE(LinearProjection);

}  // namespace reszoo
