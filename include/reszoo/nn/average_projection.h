/// The shortcut of ResNet-D: average, then project.
#pragma once
#include "reszoo/nn/chain.h"
#include "reszoo/nn/conv_projection.h"

namespace reszoo {

/// Averages 2x2 pixels (two positions of a sequence), then projects by a 1x1 convolution of stride 1 without bias, so
/// that no pixel is skipped: y = norm(W_s * mean(x)).
///
/// `options.kernel` is ignored; the kernel is 1x1. With stride 1 nothing is averaged, unless the dilation is larger
/// than 1: then a mean starts at every pixel.
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)); sequences
/// (N, in, L) to (N, out, ceil(L / stride)).
/// Keys: `1.weight` (out, in, 1, 1), for sequences (out, in, 1); `2.*` are the norm's. With `options.named` they are
/// `conv.*` and `norm.*`.
/// Throws: Error (usage) as `make_conv` and `Norm::build` do.
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
