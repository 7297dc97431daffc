/// How the work of `conv_dot` is split.
#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels/conv_dot.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::kernels {

/// How the outputs of a convolution are split into panels, and its channels into units.
struct DotLayout {
  DotPanel panel;
  int64_t groups, outputs;  ///< number of groups, and outputs of each
  int64_t units;            ///< of the channels of a group
  int64_t depth;            ///< units of the sum of an output
  bool by_vectors;          ///< groups that share a vector: all groups of a vector count as one
  bool by_tiles;            ///< AMX; the depth is filled up

  DotLayout(DotType type, const ConvShape& s)
      : panel(dot_panel(type)),
        groups(s.groups),
        outputs(s.group_outputs()),
        units(s.group_channels() / unit_values(type)),
        depth(s.kernel_rows * s.kernel_columns * units),
        by_vectors(s.groups > 1 && s.channels == s.outputs && outputs < panel.lanes && panel.lanes % outputs == 0 &&
                   s.channels % panel.lanes == 0) {
    if (by_vectors) {
      groups = s.channels / panel.lanes;
      outputs = panel.lanes;
    }
    by_tiles = panel.units > 1 && !by_vectors && outputs >= least_tiled(type);
    if (by_tiles) depth = (depth + panel.units - 1) / panel.units * panel.units;
    panel.vectors = std::min(panel.vectors, (outputs + panel.lanes - 1) / panel.lanes);
  }

  /// With fewer outputs, gathering inputs for tiles takes longer than it saves; in vectors int8 is the faster type.
  static int64_t least_tiled(DotType type) { return type == DotType::int8 ? 64 : 16; }

  int64_t of_group() const { return (outputs + panel.width() - 1) / panel.width(); }
  int64_t panels() const { return groups * of_group(); }
  /// Outputs of a group, rounded up to whole vectors.
  int64_t filled() const { return (outputs + panel.lanes - 1) / panel.lanes * panel.lanes; }

  /// The vectors of a panel, and its first output within the group.
  struct Place {
    int64_t group, from, vectors;
  };
  Place place(int64_t i) const {
    const auto from = i % of_group() * panel.width();
    return {i / of_group(), from, std::min(panel.width(), filled() - from) / panel.lanes};
  }
};

/// Returns the shape with units as channels, for pointers.
inline ConvShape in_units(DotType type, ConvShape s) {
  s.channels /= unit_values(type);
  return s;
}

/// A part of the outputs: pixels over all images, and panels.
struct DotPart {
  Range pixels, panels;
};

/// The product of some pixels with a panel.
struct DotWork {
  int64_t group, vectors;
  const int32_t* weights;
  DotEpilogue epilogue;
  DotOutput y;

  DotWork(const DotLayout& layout, const ConvShape& s, const DotConvBuffers& b, const DotEpilogue& epilogue_,
          const StoredAs& y_as, int64_t pixel, int64_t panel)
      : epilogue(epilogue_) {
    const auto place = layout.place(panel);
    group = place.group;
    vectors = place.vectors;
    const auto output = group * layout.outputs + place.from, first = pixel * s.outputs + output;
    if (epilogue.scale) epilogue.scale += output;
    if (epilogue.bias) epilogue.bias += output;
    if (epilogue.residual)
      epilogue.residual = static_cast<const uint8_t*>(epilogue.residual) + first * epilogue.residual_as.bytes();
    y = {static_cast<uint8_t*>(b.y) + first * y_as.bytes(), y_as, s.outputs,
         std::min(layout.panel.width(), layout.outputs - place.from)};
    weights = static_cast<const int32_t*>(b.packed) + (group * layout.filled() + place.from) * layout.depth;
  }
};

}  // namespace reszoo::kernels
