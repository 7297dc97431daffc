/// Group normalisation of channels-last maps.
#pragma once
#include "kernels/epilogue.h"

namespace reszoo::kernels {

struct GroupNormShape {
  int64_t images, pixels, channels;  ///< x and y are (images, pixels, channels)
  int64_t groups;                    ///< divides the channels
  double eps;
};

/// y = activation((x - mean) / sqrt(variance + eps) * weight + bias + residual), with the mean and the variance of each
/// image and group. `weight` and the epilogue's bias have a value for each channel and may be nullptr. One group is
/// LayerNorm over (C, H, W), as many groups as channels are InstanceNorm. y may be x.
///
/// Sums are taken in float32 over up to 16,384 elements and merged in float64 (Chan et al. 1979).
void group_norm(const float* x, const GroupNormShape& shape, const float* weight, const Epilogue& epilogue, float* y,
                int64_t threads);

}  // namespace reszoo::kernels
