/// The product of rows, given by pointers, and packed panels of weights. All convolutions and linear layers in
/// inference are built on it.
#pragma once
#include "kernels/epilogue.h"
#include "kernels/indirection.h"

namespace reszoo::kernels {

/// Returns the float32 lanes of this processor's widest vector.
int64_t vector_lanes();

/// The outputs of a panel, and the lanes of its vectors. A panel has no more outputs than requested, except to fill its
/// last vector.
struct PanelSize {
  int64_t width, lanes;
};
PanelSize panel_size(int64_t outputs);

/// The destination of the results: row r, output o is stored at data[r * stride + o].
struct GemmOutput {
  float* data;
  int64_t stride;
  int64_t outputs;  ///< outputs of this panel; nothing is stored beyond them
};

/// Returns the number of elements that `partials` of `multiply_panel` must have room for, aligned to a vector.
int64_t partials_size(const IndirectionBuffer& buffer);

/// y = epilogue(rows times panel) for all rows of the buffer; `offset` floats are added to each row pointer. `outputs`
/// is the argument that was passed to `panel_size`. The panel's weights are (depth, width). The epilogue's pointers
/// belong to the same first element as y.
void multiply_panel(int64_t outputs, const IndirectionBuffer& buffer, int64_t offset, const float* weights,
                    float* partials, const Epilogue& epilogue, const GemmOutput& y);

}  // namespace reszoo::kernels
