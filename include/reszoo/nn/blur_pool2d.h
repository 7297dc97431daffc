/// Blurs images before they are subsampled.
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of a BlurPool2d.
struct BlurPool2dOptions {
  int64_t channels = 0;
  int64_t stride = 2;  ///< in pixels
};

/// Blurs each channel with the 3x3 binomial filter (1 2 1)^T (1 2 1) / 16 and keeps every stride-th pixel; the border
/// is padded by reflection.
///
/// Shape: (N, C, H, W) to (N, C, ceil(H / stride), ceil(W / stride)); H and W must be 2 or more, since a single pixel
/// cannot be reflected.
/// Keys: none; the filter is a constant that follows the input's device and dtype.
/// Throws: Error (usage) if channels or stride < 1.
/// Source: Zhang 2019, arXiv:1904.11486, section 3.
class BlurPool2dImpl : public nn::Cloneable<BlurPool2dImpl> {
 public:
  explicit BlurPool2dImpl(const BlurPool2dOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  /// Returns the filter of every channel: (C, 1, 3, 3), float32.
  const Tensor& filter() const { return filter_; }

  BlurPool2dOptions options;

 private:
  Tensor filter_;
};
TORCH_MODULE(BlurPool2d);

}  // namespace reszoo
