/// Dropout of whole squares of a map.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a DropBlock2d: the fraction of pixels to drop, the side of a square
/// in pixels, and a factor of the rate at which squares are placed.
struct DropBlock2dOptions {
  explicit DropBlock2dOptions(double probability) : probability_(probability) {}
  TORCH_ARG(double, probability);
  TORCH_ARG(int64_t, side) = 7;
  TORCH_ARG(double, scale) = 1.0;
};

/// In training sets squares of each image to 0, the same in all its channels, and
/// scales the rest so that the mean stays. In evaluation y = x.
///
/// A pixel is the centre of a square with the rate
/// scale p H W / side^2 / ((H - side + 1) (W - side + 1)).
///
/// Shape: (N, C, H, W) to the same; a square is at most as large as the map.
/// Throws: Error (usage) if the probability is not in [0, 1) or side < 1.
/// Source: Ghiasi et al. 2018, arXiv:1810.12890, algorithm 1.
/// Differs: centres may lie at the border, as in timm.
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
