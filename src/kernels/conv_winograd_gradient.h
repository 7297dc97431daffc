/// The gradient of a convolution's weights by Winograd's algorithm.
#pragma once
#include "kernels/conv_shape.h"

namespace reszoo::kernels {

/// The places of a tile: 6x6 inputs.
constexpr int64_t kGradientPlaces = 36;

/// Whether `winograd_weight_gradient` supports the shape: as `fits_winograd`, 3x3 only.
bool fits_winograd_gradient(const ConvShape& shape);

/// Whether it is probably faster than `add_weight_gradient`; only for shapes that it supports.
bool winograd_gradient_pays(const ConvShape& shape);

/// Returns the size of the scratch memory in elements.
int64_t winograd_gradient_scratch(const ConvShape& shape, int64_t threads);

/// Writes the gradient of the weights (O, 3, 3, C): the products of `g`, the gradients of the outputs (N, H', W', O),
/// and the inputs `x` (N, H, W, C) at each tap of the kernel.
///
/// Winograd's F(3x3, 4x4). The gradients of a tile of 4x4 outputs are the filter, the 6x6 inputs that the tile reads
/// the image, and the 3x3 results are the gradient of the weights. At each of the 36 places the sum over the tiles is a
/// product of matrices, (O, tiles) x (tiles, C): a quarter of the products of the direct sum. The inputs are
/// transformed as in the forward pass.
///
/// Source: Lavin and Gray 2015, arXiv:1509.09308.
/// Differs: from the direct sum by up to 2e-5 of the largest gradient. The result depends on the number of threads.
void winograd_weight_gradient(const float* x, const float* g, const ConvShape& shape, float* gradient, float* scratch,
                              int64_t threads);

}  // namespace reszoo::kernels
