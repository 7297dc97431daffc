/// How the outputs of a direct convolution are cut into panels, and its inputs into rows.
#pragma once
#include "kernels/conv_shape.h"
#include "kernels/packed_gemm.h"

namespace reszoo::kernels {

/// Groups of four channels and four outputs: a vector has several groups. A vector of inputs is loaded once and each
/// lane of its groups is broadcast in turn, instead of one load for each input.
constexpr int64_t kFour = 4, kBroadcastRows = 6;

inline bool is_grouped_by_four(const ConvShape& s) {
  const auto lanes = vector_lanes();
  return lanes >= kFour && s.group_channels() == kFour && s.group_outputs() == kFour && s.channels % lanes == 0;
}

/// How outputs are cut into panels, group by group.
struct Panels {
  int64_t groups, outputs;  ///< of each group
  int64_t channels;         ///< from a group's first input to that of the next
  int64_t width = 0, lanes = 0;
  bool by_four;  ///< `is_grouped_by_four`: the groups of a vector count as one

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
  /// Outputs of a group with those that fill up its last vector.
  int64_t filled() const { return (outputs + lanes - 1) / lanes * lanes; }
};

/// The indirection buffer of a shape, without rows yet.
inline IndirectionBuffer indirection_of(const ConvShape& s, const Panels& panels) {
  IndirectionBuffer buffer;
  buffer.segments = rows_contiguous(s) ? s.kernel_rows : s.kernel_rows * s.kernel_columns;
  buffer.length = s.depth() / buffer.segments;
  if (panels.by_four) buffer.tile_rows = kBroadcastRows;
  else if (panels.width == panels.lanes) buffer.tile_rows = kMostRows;
  return buffer;
}

}  // namespace reszoo::kernels
