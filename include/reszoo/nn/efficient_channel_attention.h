/// Channel attention with a few weights only (ECA).
#pragma once
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>

#include "reszoo/nn/steps.h"

namespace reszoo {

/// Options of an EfficientChannelAttention.
struct EfficientChannelAttentionOptions {
  int64_t channels = 0;  ///< C; it determines the kernel size

  /// Returns the kernel size, which is the number of channels that a gate is computed from: (log2 C + 1) / 2 rounded
  /// down, plus 1 if that is even, and at least 3.
  int64_t kernel() const;
};

/// Scales each channel by a gate that is computed from the means of neighbouring channels:
/// y = x * sigmoid(conv1d(mean(x))).
///
/// Shape: (N, C, H, W) or (N, C, L) to the same.
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
