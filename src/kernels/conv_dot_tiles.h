/// `conv_dot` by tiles (AMX).
#pragma once
#include "kernels/conv_dot.h"
#include "kernels/conv_dot_layout.h"

namespace reszoo::kernels {

void conv_dot_by_tiles(DotType type, const ConvShape& shape, const DotLayout& layout, const DotConvBuffers& buffers,
                       const DotEpilogue& epilogue, const StoredAs& y_as, int64_t threads);

}  // namespace reszoo::kernels
