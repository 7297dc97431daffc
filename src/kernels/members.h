/// Scales of the members of a k-ensemble, in inference.
#pragma once
#include "kernels/scale_shift.h"

namespace reszoo::kernels {

/// out = x * r for each row: `r` has a value per channel of `rows`. A row of x has as many values; or a `repeats`-th of
/// them, which are then repeated: all members read the same.
void scale_members(const float* x, const float* r, int64_t repeats, float* out, const ChannelRows& rows);

}  // namespace reszoo::kernels
