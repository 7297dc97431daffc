/// Grouped convolution that first copies each group of channels out of the image.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Whether `conv_grouped` is faster than `conv_direct`: for groups of eight or more channels.
bool prefers_grouped(const ConvShape& shape);

/// y = epilogue(conv(x)) with weights packed by `pack_direct`. Computes groups [first, end); their indices run over all
/// images, image by image. Each group is copied out together with its padding, so that the inputs of a kernel row are
/// contiguous.
void conv_grouped(const float* x, const float* packed, const ConvShape& shape, const Epilogue& epilogue, float* y,
                  int64_t first, int64_t end);

}  // namespace reszoo::kernels
