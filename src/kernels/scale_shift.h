/// Scale and shift per channel, as a norm in evaluation mode does.
#pragma once
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// The pixels of channels-last images, or the rows of a table: (count, channels), float32, dense.
struct ChannelRows {
  int64_t count, channels;
};

/// y = activation(x * scale + shift + residual). `scale` and `shift` have one value per channel. `residual` may be
/// nullptr; y may be x or the residual.
void scale_shift(const float* x, const float* scale, const float* shift, const float* residual, Activation activation,
                 float* y, const ChannelRows& rows);

}  // namespace reszoo::kernels
