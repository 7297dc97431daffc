/// Direct convolution as a product of rows of inputs and packed panels of weights.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/epilogue.h"

namespace reszoo::kernels {

/// `direct_panels` returns the number of panels of outputs, over all groups; `direct_weights` the number of elements of
/// the packed weights.
int64_t direct_panels(const ConvShape& shape);
int64_t direct_weights(const ConvShape& shape);

/// Packs panels [first, end) of weights in the order in which `conv_direct` reads them, which depends on the
/// instruction set. `to` has room for all panels. If it is aligned to a cache line, so is every vector.
void pack_direct(const WeightView& weights, const ConvShape& shape, int64_t first, int64_t end, float* to);

/// A part of a convolution's outputs. Pixel indices run over all images.
struct ConvPart {
  int64_t first_pixel, end_pixel;
  int64_t first_panel, end_panel;  ///< indices below `direct_panels`
};

/// Computes a part of y = epilogue(conv(x)).
///
/// Each pixel is a row of an `IndirectionBuffer`. Rows are multiplied with panels of weights in registers. `zeros`
/// holds C zeros, which are read instead of the padding.
void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape,
                 const Epilogue& epilogue, float* y, const ConvPart& part);

}  // namespace reszoo::kernels
