/// Splits the outputs of a direct convolution into panels and its inputs into rows.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/packed_gemm.h"

namespace reszoo::kernels {

/// Groups of four channels and four outputs: several groups share a vector. A vector of inputs is loaded once and each
/// lane of its groups is broadcast in turn, instead of one load per input.
constexpr int64_t kFour = 4, kBroadcastRows = 6;

inline bool is_grouped_by_four(const ConvShape& s) {
  const auto lanes = vector_lanes();
  return lanes >= kFour && s.group_channels() == kFour && s.group_outputs() == kFour && s.channels % lanes == 0;
}

/// The panels of outputs, group by group.
struct Panels {
  int64_t groups, outputs;  ///< number of groups, and outputs of each group
  int64_t channels;         ///< distance from a group's first input channel to that of the next group
  int64_t width = 0, lanes = 0;
  bool by_four;  ///< `is_grouped_by_four`: all groups in a vector count as one

  explicit Panels(const ConvShape& s)
      : groups(s.groups), outputs(s.group_outputs()), channels(s.group_channels()), by_four(is_grouped_by_four(s)) {
    if (by_four) {
      lanes = width = outputs = channels = vector_lanes();
      groups = s.channels / lanes;
      return;
    }
    const auto size = panel_size(outputs);
    lanes = size.lanes;
    width = size.width;
  }

  int64_t of_group() const { return (outputs + width - 1) / width; }
  int64_t count() const { return groups * of_group(); }
  /// Outputs of a group, rounded up to whole vectors.
  int64_t filled() const { return (outputs + lanes - 1) / lanes * lanes; }
};

/// Returns the indirection buffer of a shape, without rows yet.
inline IndirectionBuffer indirection_of(const ConvShape& s, const Panels& panels) {
  IndirectionBuffer buffer;
  buffer.segments = rows_contiguous(s) ? s.kernel_rows : s.kernel_rows * s.kernel_columns;
  buffer.length = s.depth() / buffer.segments;
  if (panels.by_four) buffer.tile_rows = kBroadcastRows;
  else if (panels.width == panels.lanes) buffer.tile_rows = kMostRows;
  return buffer;
}

}  // namespace reszoo::kernels
