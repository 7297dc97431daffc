/// Convolution of maps as products of rows and panels: SIMD through Highway, its width chosen at run time.
#pragma once
#include "infer/conv_shape.h"

namespace reszoo::detail {

/// Panels of outputs, over all groups, and numbers of the packed weights.
int64_t direct_panels(const ConvShape& shape);
int64_t direct_weights(const ConvShape& shape);

/// Puts panels [first, end) of weights (O, C/groups, kernel rows, kernel columns) into the order in which `conv_direct`
/// reads them; it differs from one instruction set to another. `to` is where all of them go; at the begin of a cache
/// line no vector of them lies in two.
void pack_direct(const float* weight, const ConvShape& shape, int64_t first, int64_t end, float* to);

/// A share of a convolution's outputs: rows are pixels of all images.
struct ConvPart {
  int64_t first_pixel, end_pixel;
  int64_t first_panel, end_panel;  ///< of `direct_panels`
};

/// Some outputs of y = finish(conv(x)).
///
/// Each pixel is a row of a `RowTable`; rows are multiplied with panels of weights in registers. `zeros` are as many as
/// there are channels.
void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape, const Finish& finish,
                 float* y, const ConvPart& part);

}  // namespace reszoo::detail
