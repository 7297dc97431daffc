/// The residual block of the Keras code that docs/identity.md explains, with Keras's defaults.
#pragma once
#include <torch/nn/cloneable.h>

#include "reszoo/nn/residual_block.h"

namespace reszoo {

/// Options of a KerasConv2d.
struct KerasConv2dOptions {
  int64_t in = 0;      ///< channels of the input
  int64_t out = 0;     ///< channels of the output
  int64_t kernel = 1;  ///< kernel size, in pixels
  int64_t stride = 1;  ///< in pixels
};

/// A convolution with padding "same": each side of the output has ceil(size / stride) pixels. The padding follows from
/// input size, kernel and stride. If its total is odd, the extra pixel is at the bottom and on the right.
///
/// Shape: (N, in, H, W) to (N, out, ceil(H / stride), ceil(W / stride)).
/// Keys: `weight` (out, in, kernel, kernel), `bias` (out).
/// Throws: Error (usage) if an option is not positive.
/// Differs: from Keras only in layout: (N, C, H, W), weights (out, in, h, w).
class KerasConv2dImpl : public nn::Cloneable<KerasConv2dImpl> {
 public:
  explicit KerasConv2dImpl(const KerasConv2dOptions& options);
  /// Initialises weights with Glorot uniform and biases with zero, as Keras does.
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  KerasConv2dOptions options;
  Tensor weight, bias;
};
TORCH_MODULE(KerasConv2d);

/// Batch normalisation whose running variance is the biased one: moving = 0.99 moving + 0.01 batch; epsilon 1e-3.
///
/// Shape: (N, width, H, W) to the same.
/// Keys: `weight bias running_mean running_var`, each (width).
/// Differs: PyTorch keeps the unbiased variance, with weights 0.9 and 0.1, and epsilon 1e-5.
class KerasBatchNorm2dImpl : public nn::Cloneable<KerasBatchNorm2dImpl> {
 public:
  explicit KerasBatchNorm2dImpl(int64_t width) : width_(width) { reset(); }
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  Tensor weight, bias, running_mean, running_var;

 private:
  int64_t width_;
};
TORCH_MODULE(KerasBatchNorm2d);

/// Builds the block of the Keras function `residual_block(x, downsample, filters, kernel_size)`: the branch is
/// convolution, ReLU, norm, convolution. When downsampling, the shortcut is a 1x1 convolution of stride 2. ReLU and
/// norm follow the sum.
///
/// Shape: (N, in, H, W) to (N, filters, H, W); when downsampling, H and W are halved and rounded up.
/// Keys: `conv1 bn1 conv2 projection bn2`.
/// Throws: Error (usage) if in != filters without downsampling.
ResidualBlock keras_residual_block(int64_t in, int64_t filters, bool downsample, int64_t kernel_size = 3);

}  // namespace reszoo
