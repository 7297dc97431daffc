/// 3x3 and 5x5 convolution of stride 1 with a fraction of the products: SIMD through Highway, its width chosen at run
/// time.
#pragma once
#include "infer/conv_shape.h"

namespace reszoo::detail {

/// Winograd's F(4x4, 3x3) and F(2x2, 5x5). The maps are cut into tiles of outputs; a tile's 6x6 inputs and the weights
/// are transformed, which makes the convolution 36 products of matrices (tiles, C) and (C, O), and the outputs are
/// transformed back. A tile of the one has 16 outputs and takes a quarter of the direct sum's products, of the other 4
/// and 0.36 of them. Source: Lavin and Gray 2015, arXiv 1509.09308.
///
/// Differs: from the direct sum by 5e-6 to 2e-5 of the largest output, since the transforms add and take away
/// numbers larger than the result.
constexpr int64_t kWinogradSide = 6, kWinogradPlaces = kWinogradSide * kWinogradSide;

/// Outputs of a tile's side.
inline int64_t winograd_tile(const ConvShape& shape) {
  return kWinogradSide + 1 - shape.kernel_rows;
}

/// Whether the shape can be had so: 3x3 or 5x5, stride 1, no groups or dilation, channels and outputs in multiples
/// of 16.
bool fits_winograd(const ConvShape& shape);

/// Tiles over all images.
int64_t winograd_tiles(const ConvShape& shape);

/// Panels of outputs, and numbers of the packed weights: 36 for each input and output.
int64_t winograd_panels(const ConvShape& shape);
int64_t winograd_weights(const ConvShape& shape);

/// Transforms panels [first, end) of weights (O, C, kernel, kernel) to (36, panels, C, outputs of a panel); `to` is
/// where all of them go.
void pack_winograd(const float* weight, const ConvShape& shape, int64_t first, int64_t end, float* to);

/// What a stretch of tiles needs between the phases: inputs (36, tiles, C) and products (36, tiles, O).
struct WinogradWork {
  float *inputs, *products;
  int64_t first_tile, tiles;
};

/// The three phases, each of a share of the work: tiles [from, to) of the stretch, or products [from, to) of
/// `winograd_products`, a panel at a place.
void winograd_inputs(const float* x, const ConvShape& shape, const WinogradWork& work, int64_t from, int64_t to);
int64_t winograd_products(const ConvShape& shape);
void winograd_multiply(const float* packed, const ConvShape& shape, const WinogradWork& work, int64_t from, int64_t to);
void winograd_outputs(const ConvShape& shape, const WinogradWork& work, const Finish& finish, float* y, int64_t from,
                      int64_t to);

}  // namespace reszoo::detail
