/// Winograd convolution: 3x3 and 5x5 kernels of stride 1 with a fraction of the products.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Winograd's F(4x4, 3x3) and F(2x2, 5x5). The maps are cut into tiles of outputs; a tile's 6x6 inputs and the weights
/// are transformed, which makes the convolution 36 products of matrices (tiles, C) and (C, O), and the outputs are
/// transformed back. A tile of the one has 16 outputs and takes a quarter of the direct sum's products, of the other 4
/// and 0.36 of them. Source: Lavin and Gray 2015, arXiv 1509.09308.
///
/// Differs: from the direct sum by 5e-6 to 2e-5 of the largest output, since the transforms add and take away
/// numbers larger than the result.
constexpr int64_t kWinogradSide = 6, kWinogradPlaces = kWinogradSide * kWinogradSide;

/// Outputs of a tile's side.
inline int64_t winograd_tile(const ConvShape& shape) { return kWinogradSide + 1 - shape.kernel_rows; }

/// Whether Winograd applies to the shape: 3x3 or 5x5, stride 1, no groups or dilation, channels and outputs in
/// multiples of 16.
bool fits_winograd(const ConvShape& shape);

/// Tiles over all images.
int64_t winograd_tiles(const ConvShape& shape);

/// The number of panels of outputs, and of elements of the packed weights: 36 for each input and output.
int64_t winograd_panels(const ConvShape& shape);
int64_t winograd_weights(const ConvShape& shape);

/// Transforms panels [first, end) of weights (O, C, kernel, kernel) to (36, panels, C, outputs of a panel); `to` has
/// room for all panels.
void pack_winograd(const float* weight, const ConvShape& shape, int64_t first, int64_t end, float* to);

/// Memory between the phases for some tiles: inputs (36, tiles, C) and products (36, tiles, O).
struct WinogradWorkspace {
  float *inputs, *products;
  int64_t first_tile, tiles;
};

/// The three phases, each for a part of the work: tiles [from, to) of the workspace, or products [from, to) of
/// `winograd_products`, a panel at a place.
void winograd_inputs(const float* x, const ConvShape& shape, const WinogradWorkspace& work, int64_t from, int64_t to);
int64_t winograd_products(const ConvShape& shape);
void winograd_multiply(const float* packed, const ConvShape& shape, const WinogradWorkspace& work, int64_t from,
                       int64_t to);
void winograd_outputs(const ConvShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                      int64_t from, int64_t to);

}  // namespace reszoo::kernels
