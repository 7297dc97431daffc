#include "reszoo/nn/efficient_channel_attention.h"

#include <cmath>

#include "reszoo/base/error.h"

namespace reszoo {

int64_t EfficientChannelAttentionOptions::kernel() const {
  const auto half = static_cast<int64_t>((std::log2(static_cast<double>(channels)) + 1) / 2);
  return std::max<int64_t>(3, half % 2 == 1 ? half : half + 1);
}

EfficientChannelAttentionImpl::EfficientChannelAttentionImpl(const EfficientChannelAttentionOptions& options_)
    : options(options_) {
  if (options.channels < 1)
    fail(ErrorKind::usage, "EfficientChannelAttention: channels must be positive, got {}", options.channels);
  reset();
}

void EfficientChannelAttentionImpl::reset() {
  const auto kernel = options.kernel();
  conv = register_module("conv", nn::Conv1d(nn::Conv1dOptions(1, 1, kernel).padding(kernel / 2).bias(false)));
}

Tensor EfficientChannelAttentionImpl::forward(const Tensor& x) {
  if (x.dim() == 3) return x * conv(x.mean(2).unsqueeze(1)).sigmoid().transpose(1, 2);  // gates (N, 1, C)
  const auto gates = conv(x.mean({2, 3}).unsqueeze(1)).sigmoid();
  return x * gates.squeeze(1).unsqueeze(2).unsqueeze(3);
}

void EfficientChannelAttentionImpl::pretty_print(std::ostream& stream) const {
  stream << "EfficientChannelAttention(" << options.channels << ", kernel=" << options.kernel() << ")";
}

}  // namespace reszoo
