/// Winograd convolution: 3x3 and 5x5 kernels with stride 1 in a fraction of the products.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// Winograd's F(4x4, 3x3), F(2x2, 5x5) and F(2x2, 3x3). The output is divided into tiles. The square of inputs of a
/// tile and the weights are transformed, which turns the convolution into `places` matrix products (tiles, C) x (C, O);
/// the results are transformed back.
///
/// | inputs | kernel | outputs | products of the direct sum | weights of the direct sum |
/// |-------:|-------:|--------:|---------------------------:|--------------------------:|
/// |    6x6 |    3x3 |     4x4 |                       0.25 |                         4 |
/// |    6x6 |    5x5 |     2x2 |                       0.36 |                      1.44 |
/// |    4x4 |    3x3 |     2x2 |                       0.44 |                      1.78 |
///
/// Source: Lavin and Gray 2015, arXiv:1509.09308.
/// Differs: from the direct sum by 5e-6 to 2e-5 of the largest output with 6x6 inputs, because the transforms add and
/// subtract values that are larger than the result.
struct WinogradShape {
  ConvShape conv;
  int64_t side;  ///< of the square of inputs: 6, or 4

  int64_t places() const { return side * side; }
  /// Returns the side of a tile in outputs.
  int64_t tile() const { return side + 1 - conv.kernel_rows; }
  /// Returns the number of tiles in all images.
  int64_t tiles() const {
    return conv.images * ((conv.rows_out + tile() - 1) / tile()) * ((conv.columns_out + tile() - 1) / tile());
  }
};

/// Whether Winograd supports the shape: 3x3 or, with 6x6 inputs, 5x5; stride 1, no groups or dilation, channels and
/// outputs in multiples of 16.
bool fits_winograd(const WinogradShape& shape);

/// `winograd_panels` returns the number of panels of outputs; `winograd_weights` the number of elements of the packed
/// weights: one for each place, input and output channel.
int64_t winograd_panels(const ConvShape& shape);
int64_t winograd_weights(const WinogradShape& shape);

/// Transforms panels [first, end) of weights to (places, panels, C, outputs of a panel). `to` has room for all panels.
void pack_winograd(const WeightView& weights, const WinogradShape& shape, int64_t first, int64_t end, float* to);

/// Memory between the phases for a range of tiles: inputs (places, tiles, C) and products (places, tiles, O).
struct WinogradWorkspace {
  float *inputs, *products;
  int64_t first_tile, tiles;
};

/// The three phases, each on a part of the work: tiles [from, to) of the workspace, or products [from, to) of
/// `winograd_products`; a product is one panel at one place.
void winograd_inputs(const float* x, const WinogradShape& shape, const WinogradWorkspace& work, int64_t from,
                     int64_t to);
int64_t winograd_products(const WinogradShape& shape);
void winograd_multiply(const float* packed, const WinogradShape& shape, const WinogradWorkspace& work, int64_t from,
                       int64_t to);
void winograd_outputs(const WinogradShape& shape, const WinogradWorkspace& work, const Epilogue& epilogue, float* y,
                      int64_t from, int64_t to);

}  // namespace reszoo::kernels
