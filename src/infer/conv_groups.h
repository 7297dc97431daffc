/// Convolution of groups of channels, each copied out of the map.
#pragma once
#include "infer/conv_shape.h"

namespace reszoo::detail {

/// Whether this is faster than `conv_direct`: groups of eight channels and more.
bool is_by_group(const ConvShape& shape);

/// y = finish(conv(x)) of weights packed by `pack_direct`, for groups [first, end) of all images, those of the first
/// image first: each is copied out with its border, so that rows of its kernel lie side by side.
void conv_groups(const float* x, const float* packed, const ConvShape& shape, const Finish& finish, float* y,
                 int64_t first, int64_t end);

}  // namespace reszoo::detail
