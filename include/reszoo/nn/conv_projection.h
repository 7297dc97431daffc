/// The paper's W_s for feature maps.
#pragma once
#include "reszoo/nn/chain.h"
#include "reszoo/nn/norm.h"

namespace reszoo {

/// Options of a ConvProjection: `in` and `out` channels, kernel side, stride and
/// dilation in pixels, the norm behind the convolution, and whether the steps are
/// called by name (`conv`, `norm`: timm's pre-activation networks) or by number.
struct ConvProjectionOptions {
  ConvProjectionOptions(int64_t in, int64_t out) : in_(in), out_(out) {}
  TORCH_ARG(int64_t, in);
  TORCH_ARG(int64_t, out);
  TORCH_ARG(int64_t, kernel) = 1;
  TORCH_ARG(int64_t, stride) = 1;
  TORCH_ARG(int64_t, dilation) = 1;
  TORCH_ARG(Norm, norm) = {};
  TORCH_ARG(bool, named) = false;
  TORCH_ARG(std::optional<double>, standardize) = std::nullopt;  ///< epsilon of weight standardisation
};

/// Projects the shortcut to another width by a convolution without bias, 1x1
/// unless the options say more: y = norm(W_s * x).
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)).
/// Keys: `0.weight` (out, in, kernel, kernel); `1.*` of the norm; `conv.*` and `norm.*` where named.
/// Source: He et al. 2015, arXiv:1512.03385, equation (2) and option B.
class ConvProjectionImpl : public ChainImpl {
 public:
  explicit ConvProjectionImpl(const ConvProjectionOptions& options);
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override { stream << "ConvProjection"; }

 private:
  explicit ConvProjectionImpl(Steps steps) : ChainImpl(std::move(steps)) {}
};
TORCH_MODULE(ConvProjection);

}  // namespace reszoo
