/// Dropout of square regions of feature maps.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a DropBlock2d.
struct DropBlock2dOptions {
  double probability = 0;  ///< fraction of pixels to drop
  int64_t block_size = 7;  ///< side of a square region, in pixels
  double scale = 1.0;      ///< factor on the rate at which squares are placed (timm's gamma_scale)
};

/// In training, sets square regions of each image to 0, the same ones in all its channels, and scales the rest so that
/// the mean is kept. In evaluation, y = x.
///
/// With block size b, the probability that a pixel is the centre of a square is
/// scale p H W / b^2 / ((H - b + 1) (W - b + 1)).
///
/// Shape: (N, C, H, W) to the same; a square is never larger than the feature map.
/// Throws: Error (usage) if the probability is not in [0, 1) or block_size < 1.
/// Source: Ghiasi et al. 2018, arXiv:1810.12890, algorithm 1.
/// Differs: centres may be at the border, as in timm.
class DropBlock2dImpl : public nn::Cloneable<DropBlock2dImpl> {
 public:
  explicit DropBlock2dImpl(const DropBlock2dOptions& options);
  void reset() override {}
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  DropBlock2dOptions options;
};
TORCH_MODULE(DropBlock2d);

}  // namespace reszoo
