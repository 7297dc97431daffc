/// Winograd convolution: 3x3 and 5x5 kernels with stride 1 in a fraction of the products.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Winograd's F(4x4, 3x3) and F(2x2, 5x5). The output is divided into tiles. The 6x6 inputs of a tile and the weights
/// are transformed, which turns the convolution into 36 matrix products (tiles, C) x (C, O); the results are
/// transformed back. A tile of F(4x4, 3x3) has 16 outputs and needs a quarter of the products of the direct sum; a tile
/// of F(2x2, 5x5) has 4 outputs and needs 0.36 of them.
///
/// Source: Lavin and Gray 2015, arXiv:1509.09308.
/// Differs: from the direct sum by 5e-6 to 2e-5 of the largest output, because the transforms add and subtract values
/// that are larger than the result.
constexpr int64_t kWinogradSide = 6, kWinogradPlaces = kWinogradSide * kWinogradSide;

/// Returns the side of a tile in outputs.
inline int64_t winograd_tile(const ConvShape& shape) { return kWinogradSide + 1 - shape.kernel_rows; }

/// Whether Winograd supports the shape: 3x3 or 5x5, stride 1, no groups or dilation, channels and outputs in multiples
/// of 16.
bool fits_winograd(const ConvShape& shape);

/// Returns the number of tiles in all images.
int64_t winograd_tiles(const ConvShape& shape);

/// `winograd_panels` returns the number of panels of outputs; `winograd_weights` the number of elements of the packed
/// weights: 36 per input and output channel.
int64_t winograd_panels(const ConvShape& shape);
int64_t winograd_weights(const ConvShape& shape);

/// Transforms panels [first, end) of weights to (36, panels, C, outputs of a panel). `to` has room for all panels.
void pack_winograd(const WeightView& weights, const ConvShape& shape, int64_t first, int64_t end, float* to);

/// Memory between the phases for a range of tiles: inputs (36, tiles, C) and products (36, tiles, O).
struct WinogradWorkspace {
  float *inputs, *products;
  int64_t first_tile, tiles;
};

/// The three phases, each on a part of the work: tiles [from, to) of the workspace, or products [from, to) of
/// `winograd_products`; a product is one panel at one of the 36 positions.
void winograd_inputs(const float* x, const ConvShape& shape, const WinogradWorkspace& work, int64_t from, int64_t to);
int64_t winograd_products(const ConvShape& shape);
void winograd_multiply(const float* packed, const ConvShape& shape, const WinogradWorkspace& work, int64_t from,
                       int64_t to);
void winograd_outputs(const ConvShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                      int64_t from, int64_t to);

}  // namespace reszoo::kernels
