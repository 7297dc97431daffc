/// The shortcut of ResNet-D: average, then project.
#pragma once
#include "reszoo/nn/chain.h"
#include "reszoo/nn/conv_projection.h"

namespace reszoo {

/// Averages 2x2 pixels (two positions of a sequence), then projects by a 1x1 convolution of
/// stride 1 without bias, so that no pixel is skipped: y = norm(W_s * mean(x)).
///
/// The kernel of the options is ignored: it is 1. With stride 1 nothing is averaged, unless
/// there is a dilation: then a mean starts at every pixel.
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)); sequences
/// (N, in, L) to (N, out, ceil(L / stride)).
/// Keys: `1.weight` (out, in, 1, 1), of sequences (out, in, 1); `2.*` of the norm; `conv.*`
/// and `norm.*` where named.
/// Throws: Error (usage) as `make_conv` and `Norm::build`.
/// Source: He et al. 2018, arXiv:1812.01187, figure 2c.
class AverageProjectionImpl : public ChainImpl {
 public:
  explicit AverageProjectionImpl(const ConvProjectionOptions& options);
  std::shared_ptr<nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override { stream << "AverageProjection"; }

 private:
  explicit AverageProjectionImpl(Steps steps) : ChainImpl(std::move(steps)) {}
};
TORCH_MODULE(AverageProjection);

}  // namespace reszoo
