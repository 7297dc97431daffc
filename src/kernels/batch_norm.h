/// Batch normalisation of channels-last maps in training: statistics, and the backward pass.
#pragma once
#include "kernels/scale_shift.h"

namespace reszoo::kernels {

// Sums have a value for each channel and are set, not added to.

/// mean = mean of the rows, squares = sum of (x - mean)^2.
void channel_moments(const float* x, float* mean, float* squares, const ChannelRows& rows);

/// Which gradients pass the ReLU that follows a norm.
struct ReluMask {
  enum class Kind { none, from_output, recompute } kind = Kind::none;
  const float* output = nullptr;                   ///< from_output: those where this is above 0
  const float *scale = nullptr, *shift = nullptr;  ///< recompute: those where x * scale + shift is above 0
};

/// With g' = the gradients g that pass the mask: sum = sum of g', product = sum of g' * (x - mean). g' is stored to
/// `masked` unless it is nullptr.
void batch_norm_sums(const float* g, const float* x, const ReluMask& mask, const float* mean, float* sum,
                     float* product, float* masked, const ChannelRows& rows);

/// The gradient of a norm's input: gain * g' + offset + slope * (x - mean), with a value for each channel.
struct NormGradient {
  const float *mean, *gain, *offset, *slope;
};

void batch_norm_backward(const float* g, const float* x, const ReluMask& mask, const NormGradient& norm, float* out,
                         const ChannelRows& rows);

}  // namespace reszoo::kernels
