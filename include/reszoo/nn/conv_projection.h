/// The projection shortcut (W_s in the paper) for images and sequences.
#pragma once
#include <optional>

#include "reszoo/nn/chain.h"
#include "reszoo/nn/norm.h"

namespace reszoo {

/// Options of a ConvProjection and of an AverageProjection.
struct ConvProjectionOptions {
  int64_t in = 0;                  ///< channels of the input
  int64_t out = 0;                 ///< channels of the output
  int64_t kernel = 1;              ///< kernel size, in pixels
  int64_t stride = 1;              ///< in pixels
  int64_t dilation = 1;            ///< in pixels
  Layout layout = Layout::images;  ///< images or sequences
  Norm norm = {};                  ///< after the convolution
  bool named = false;  ///< names the steps `conv` and `norm` (timm's pre-activation) instead of numbering them
  std::optional<double> weight_standardization = {};  ///< epsilon of weight standardisation
};

/// Projects the shortcut to another width by a convolution without bias, 1x1 by default: y = norm(W_s * x).
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)); sequences
/// (N, in, L) to (N, out, ceil(L / stride)).
/// Keys: `0.weight` (out, in, kernel, kernel), for sequences (out, in, kernel); `1.*` are the norm's. With
/// `options.named` they are `conv.*` and `norm.*`.
/// Throws: Error (usage) as `make_conv` and `Norm::build` do.
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
