/// Channel gates and efficient channel attention (ECA).
#pragma once
#include <cstdint>

#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// y = activation(conv1d(x)) along the channels of x (images, channels). `kernel` is the odd number of weights; the
/// padding is zeros. Computes the gates of ECA from the channel means. y must not be x.
/// Source: Wang et al. 2019, arXiv:1910.03151.
void channel_conv1d(const float* x, int64_t images, int64_t channels, const float* weight, int64_t kernel,
                    Activation activation, float* y);

/// y = activation(x * gates + residual). `residual` may be nullptr; y may be x or the residual.
/// Shape: x (images, pixels, channels), gates (images, channels).
void scale_channels(const float* x, const float* gates, const float* residual, Activation activation, float* y,
                    int64_t images, int64_t pixels, int64_t channels, int64_t threads);

}  // namespace reszoo::kernels
