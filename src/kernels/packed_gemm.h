/// Products of rows, given by pointers, and packed panels of weights: the heart of all convolutions and linear layers
/// in inference.
#pragma once
#include "kernels/epilogue.h"
#include "kernels/indirection.h"

namespace reszoo::kernels {

/// Lanes of float32 of this processor's widest vector.
int64_t vector_lanes();

/// Outputs of a panel, and lanes of its vectors: no more of them than there are outputs, but for the last vector.
struct PanelSize {
  int64_t width, lanes;
};
PanelSize panel_size(int64_t outputs);

/// Where results go: row r, output o to data[r * stride + o].
struct GemmOutput {
  float* data;
  int64_t stride;
  int64_t outputs;  ///< of this panel; beyond them nothing is stored
};

/// Elements that `partials` of `multiply_panel` must have room for, aligned to a vector.
int64_t partials_size(const IndirectionBuffer& buffer);

/// y = epilogue(rows times panel): all rows of the buffer, each moved on by `offset` floats. `outputs` is what
/// `panel_size` was asked for, and the panel's weights are (depth, width). The epilogue's pointers begin where y does.
void multiply_panel(int64_t outputs, const IndirectionBuffer& buffer, int64_t offset, const float* weights,
                    float* partials, const Epilogue& epilogue, const GemmOutput& y);

}  // namespace reszoo::kernels
