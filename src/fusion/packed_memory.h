/// Memory for packed weights.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo::detail {

/// Returns a new tensor of `elements` elements, aligned to a cache line. Weights lie side by side on huge pages, where
/// the system has them: at a batch of one image they are all read once, and the addresses of small pages take about 4 %
/// of the time.
at::Tensor packed_memory(int64_t elements, at::ScalarType type);

}  // namespace reszoo::detail
