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
/// Each pixel is a row of pointers to the inputs that its kernel sees, border pixels to zeros; rows are multiplied
/// with panels of weights in registers. No inputs are copied (XNNPACK's indirect convolution; Dukhan 2019,
/// arXiv 1907.02129). `zeros` are as many as there are channels.
void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape, const Finish& finish,
                 float* y, const ConvPart& part);

/// Whether `conv_groups` is the faster one: groups of eight channels and more.
bool is_by_group(const ConvShape& shape);

/// The same for groups [first, end) of all images, those of the first image first: each is copied out with its border,
/// so that rows of its kernel lie side by side.
void conv_groups(const float* x, const float* packed, const ConvShape& shape, const Finish& finish, float* y,
                 int64_t first, int64_t end);

}  // namespace reszoo::detail
