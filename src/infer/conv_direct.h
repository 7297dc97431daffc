/// Convolution of maps as products of rows and panels: SIMD through Highway, its width chosen at run time.
#pragma once
#include "infer/conv_shape.h"

namespace reszoo::detail {

/// Puts weights (O, C/groups, kernel rows, kernel columns) into the order in which `conv_direct` reads them; it differs
/// from one instruction set to another. `to` has room for `direct_weights` numbers; at the begin of a cache line no
/// vector of them lies in two.
void pack_direct(const float* weight, const ConvShape& shape, float* to);
int64_t direct_weights(const ConvShape& shape);

/// A share of a convolution's outputs: rows are pixels of all images.
struct ConvPart {
  int64_t first_pixel, end_pixel;
  int64_t first_panel, end_panel;  ///< of `direct_panels`
};

/// Panels of outputs, over all groups.
int64_t direct_panels(const ConvShape& shape);

/// Some outputs of y = finish(conv(x)).
///
/// Each pixel is a row of pointers to the inputs that its kernel sees, border pixels to zeros; rows are multiplied
/// with panels of weights in registers. No inputs are copied (XNNPACK's indirect convolution; Dukhan 2019,
/// arXiv 1907.02129). `zeros` are as many as there are channels.
void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape, const Finish& finish,
                 float* y, const ConvPart& part);

}  // namespace reszoo::detail
