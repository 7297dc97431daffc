/// Group normalization of channels-last images.
#pragma once
#include "kernels/epilogue.h"

namespace reszoo::kernels {

struct GroupNormShape {
  int64_t images, pixels, channels;  ///< x and y are (images, pixels, channels)
  int64_t groups;                    ///< divides the channels
  double eps;
};

/// y = activation((x - mean) / sqrt(variance + eps) * weight + bias + residual), with the mean and variance per image
/// and group. `weight` and the epilogue's bias have one value per channel and may be nullptr. One group is LayerNorm
/// over (C, H, W); as many groups as channels is InstanceNorm. y may be x.
///
/// Sums are computed in float32 over up to 16,384 elements and merged in float64.
/// Source: Chan et al. 1979 (merging).
void group_norm(const float* x, const GroupNormShape& shape, const float* weight, const Epilogue& epilogue, float* y,
                int64_t threads);

}  // namespace reszoo::kernels
