/// The memory format of the fused training of images.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

/// The tensor (N, C, H, W) with the channels of a pixel side by side in memory; itself if they are.
inline at::Tensor channels_last(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

}  // namespace reszoo::detail
