/// Scale and shift of channels, as a norm in evaluation mode.
#pragma once
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Rows of channels-last maps, or of a table: (count, channels), float32, dense. A row of maps is a pixel.
struct ChannelRows {
  int64_t count, channels;
};

/// y = activation(x * scale + shift + residual). `scale` and `shift` have a value for each channel; `residual` may be
/// nullptr, y may be x or the residual.
void scale_shift(const float* x, const float* scale, const float* shift, const float* residual, Activation activation,
                 float* y, const ChannelRows& rows);

}  // namespace reszoo::kernels
