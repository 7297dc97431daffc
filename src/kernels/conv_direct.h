/// Direct convolution as products of rows and packed panels of weights.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// The number of panels of outputs, over all groups, and of elements of the packed weights.
int64_t direct_panels(const ConvShape& shape);
int64_t direct_weights(const ConvShape& shape);

/// Packs panels [first, end) of weights (O, C/groups, kernel rows, kernel columns) in the order in which `conv_direct`
/// reads them, which depends on the instruction set. `to` has room for all panels; if it is aligned to a cache line, so
/// is every vector.
void pack_direct(const float* weight, const ConvShape& shape, int64_t first, int64_t end, float* to);

/// A part of a convolution's outputs. Pixels are numbered over all images.
struct ConvPart {
  int64_t first_pixel, end_pixel;
  int64_t first_panel, end_panel;  ///< of `direct_panels`
};

/// Computes a part of y = epilogue(conv(x)).
///
/// Each pixel is a row of an `IndirectionBuffer`; rows are multiplied with panels of weights in registers. `zeros` has
/// C zeros, which are read instead of the padding.
void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape,
                 const Epilogue& epilogue, float* y, const ConvPart& part);

}  // namespace reszoo::kernels
