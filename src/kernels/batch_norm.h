/// Batch normalization of channels-last images in training: statistics and the backward pass.
#pragma once
#include "kernels/scale_shift.h"

namespace reszoo::kernels {

// Sums have one value per channel. They are overwritten, not accumulated.

/// mean = mean over the rows; squares = sum of (x - mean)^2.
void channel_moments(const float* x, float* mean, float* squares, const ChannelRows& rows);

/// Selects the gradients that pass the ReLU that follows a norm.
struct ReluMask {
  enum class Kind { none, from_output, recompute } kind = Kind::none;
  const float* output = nullptr;                   ///< from_output: gradients pass where this is above 0
  const float *scale = nullptr, *shift = nullptr;  ///< recompute: gradients pass where x * scale + shift is above 0
};

/// Let g' be g where the mask passes it, else 0. Then sum = sum of g'; product = sum of g' * (x - mean). g' is stored
/// in `masked` unless that is nullptr.
void batch_norm_sums(const float* g, const float* x, const ReluMask& mask, const float* mean, float* sum,
                     float* product, float* masked, const ChannelRows& rows);

/// The gradient of a norm's input: gain * g' + offset + slope * (x - mean). Each factor has one value per channel.
struct NormGradient {
  const float *mean, *gain, *offset, *slope;
};

void batch_norm_backward(const float* g, const float* x, const ReluMask& mask, const NormGradient& norm, float* out,
                         const ChannelRows& rows);

}  // namespace reszoo::kernels
