/// Kernels with numbers for each channel of maps.
#pragma once
#include "fusion/maps.h"

namespace reszoo::detail {

/// Factors of maps: (C), or (N, C) where each image has its own.
struct ImageFactors {
  const float *scale, *shift;
  bool by_image = false, shift_by_image = false;
};

/// y = epilogue(x * scale + shift); y may be x or the residual.
void scale_shift_images(const KernelCall& call, const Maps& maps, const ImageFactors& factors, const Epilogue& epilogue);

/// Mean and variance (without Bessel's correction) of the pixels of each channel, (N, C) each; with `mean` nullptr
/// the mean of squares instead of the variance. The same bits for any number of threads.
void channel_moments(const float* x, const Maps& maps, double* mean, double* variance, int64_t threads);

}  // namespace reszoo::detail
