/// Convolution of each channel by itself: SIMD through Highway, its width chosen at run time.
#pragma once
#include "infer/conv_shape.h"

namespace reszoo::detail {

/// Whether each channel has one output that reads it alone.
inline bool is_depthwise(const ConvShape& s) {
  return s.groups > 1 && s.groups == s.channels && s.groups == s.outputs;
}

/// Lines [first, end) of y = finish(conv(x)), numbered over all images; `weights` are (kernel pixels, C).
void conv_depthwise(const float* x, const float* weights, const ConvShape& shape, const Finish& finish, float* y,
                    int64_t first, int64_t end);

}  // namespace reszoo::detail
