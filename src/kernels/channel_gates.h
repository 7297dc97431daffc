/// Gates of channels: efficient channel attention.
#pragma once
#include <cstdint>

#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// y = activation(conv1d(x)) along the channels of x (images, channels), with `kernel` weights, an odd number, and
/// zeros around: the gates of ECA from the means of the channels (Wang et al. 2019, arXiv 1910.03151). y must not be x.
void channel_conv1d(const float* x, int64_t images, int64_t channels, const float* weight, int64_t kernel,
                    Activation activation, float* y);

/// y = activation(x * gates + residual) for x (images, pixels, channels) and gates (images, channels); `residual` may
/// be nullptr, y may be x or the residual.
void scale_channels(const float* x, const float* gates, const float* residual, Activation activation, float* y,
                    int64_t images, int64_t pixels, int64_t channels, int64_t threads);

}  // namespace reszoo::kernels
