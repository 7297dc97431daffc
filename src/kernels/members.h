/// Scales of the members of a k-ensemble, in inference.
#pragma once
#include "kernels/scale_shift.h"

namespace reszoo::kernels {

/// out = x * r for each row: `r` has a value per channel of `rows`. A row of x has as many values; or a `repeats`-th of
/// them, which are then repeated: all members read the same.
void scale_members(const float* x, const float* r, int64_t repeats, float* out, const ChannelRows& rows);

/// The sizes of the last layers of the members: `members` matrices (in, out).
struct MemberHeads {
  int64_t members, in, out;
};

/// y = bias + x W for each member, x (rows, members, in), W (members, in, out), bias and y (…, members, out). A sum
/// begins with the bias and adds the products in the order of the inputs, each rounded: the result for a row does not
/// depend on the other rows.
void member_heads(const MemberHeads& of, const float* x, const float* weight, const float* bias, float* y,
                  int64_t rows);

}  // namespace reszoo::kernels
