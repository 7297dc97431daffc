/// The inputs of output pixels as rows of a matrix ("im2col"), for tiles, which need a constant stride.
#pragma once
#include <cstdint>

#include "kernels/conv_shape.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::kernels {

/// Copies the inputs of the output pixels to rows of `depth` elements of four bytes: the elements of a group at each
/// kernel position, then zeros. The channels of the shape are elements. `zeros` holds a pixel of padding.
void gather_rows(const int32_t* x, const int32_t* zeros, const ConvShape& shape, int64_t group, const Range& pixels,
                 int64_t depth, int32_t* rows);

}  // namespace reszoo::kernels
