/// Batch normalization of channels-last images in training, float32 or bfloat16.
#pragma once
#include "kernels/scale_shift.h"

namespace reszoo::kernels {

/// Selects the gradients that pass the ReLU that follows a norm.
template <typename Value>
struct ReluMask {
  enum class Kind { none, from_output, recompute } kind = Kind::none;
  const Value* output = nullptr;                   ///< from_output: gradients pass where this is above 0
  const float *scale = nullptr, *shift = nullptr;  ///< recompute: gradients pass where x * scale + shift is above 0
};

/// The gradient of a norm's input: gain * g' + offset + slope * (x - mean). Each factor has one value per channel.
struct NormGradient {
  const float *mean, *gain, *offset, *slope;
};

/// The passes over rows of `Value`: float, or uint16_t with the bits of bfloat16. Sums are float32, one per channel,
/// and are overwritten, not accumulated.
template <typename Value>
struct NormKernels {
  /// mean = mean over the rows; squares = sum of (x - mean)^2.
  void (*moments)(const Value* x, float* mean, float* squares, const ChannelRows& rows);

  /// y = x * scale + shift + residual, with a ReLU if `relu`. `residual` may be nullptr.
  void (*forward)(const Value* x, const float* scale, const float* shift, const Value* residual, bool relu, Value* y,
                  const ChannelRows& rows);

  /// Let g' be g where the mask passes it, else 0. Then sum = sum of g'; product = sum of g' * (x - mean). g' is stored
  /// in `masked` unless that is nullptr.
  void (*sums)(const Value* g, const Value* x, const ReluMask<Value>& mask, const float* mean, float* sum,
               float* product, Value* masked, const ChannelRows& rows);

  void (*backward)(const Value* g, const Value* x, const ReluMask<Value>& mask, const NormGradient& norm, Value* out,
                   const ChannelRows& rows);
};

/// Returns those for this processor.
template <typename Value>
const NormKernels<Value>& norm_kernels();
template <>
const NormKernels<float>& norm_kernels();
template <>
const NormKernels<uint16_t>& norm_kernels();

}  // namespace reszoo::kernels
