/// Squeeze-and-excite with a handful of weights.
#pragma once
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of an EfficientChannelAttention: the channels, which give the kernel.
struct EfficientChannelAttentionOptions {
  explicit EfficientChannelAttentionOptions(int64_t channels) : channels_(channels) {}
  /// Channels that one gate sees: the odd number at or above (log2 C + 1) / 2
  /// rounded down, at least 3.
  int64_t kernel() const;

  TORCH_ARG(int64_t, channels);
};

/// Scales each channel by a gate that sees its neighbours:
/// y = x * sigmoid(conv1d(mean(x))).
///
/// Shape: (N, C, H, W) to the same.
/// Keys: `conv.weight` (1, 1, kernel).
/// Throws: Error (usage) if channels < 1.
/// Source: Wang et al. 2019, arXiv:1910.03151, section 3.2.
class EfficientChannelAttentionImpl : public nn::Cloneable<EfficientChannelAttentionImpl> {
 public:
  explicit EfficientChannelAttentionImpl(const EfficientChannelAttentionOptions& options);
  void reset() override;
  Tensor forward(const Tensor& x);
  void pretty_print(std::ostream& stream) const override;

  EfficientChannelAttentionOptions options;
  nn::Conv1d conv{nullptr};
};
TORCH_MODULE(EfficientChannelAttention);

}  // namespace reszoo
