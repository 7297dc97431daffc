/// Grouped convolution: each group of channels is copied out of the map.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Whether `conv_grouped` is faster than `conv_direct`: for groups of eight channels and more.
bool prefers_grouped(const ConvShape& shape);

/// y = epilogue(conv(x)), of weights packed by `pack_direct`. Computes groups [first, end), numbered over all images,
/// those of the first image first. Each group is copied out with its padding, so that the inputs of a row of the
/// kernel are contiguous.
void conv_grouped(const float* x, const float* packed, const ConvShape& shape, const Epilogue& epilogue, float* y,
                  int64_t first, int64_t end);

}  // namespace reszoo::kernels
