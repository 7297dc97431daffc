/// Images as the first layer of a network in reduced precision reads them.
#pragma once
#include "runtime/fused_op.h"
#include "runtime/input_view.h"

namespace reszoo::detail {

/// Writes images (N, C, H, W) float32 with any strides as (N, H + border, W + border, channels), rounded as `kept`
/// says. Further channels and the border are zeros.
void pack_images(const InputView& x, const Kept& kept, void* to, int64_t threads);

}  // namespace reszoo::detail
