/// The memory format of fused image training.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

/// Returns the tensor (N, C, H, W) in channels-last memory format; the same tensor if it already is.
inline at::Tensor channels_last(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

}  // namespace reszoo::detail
