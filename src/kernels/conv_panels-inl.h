// How a convolution's outputs are cut into panels, and its inputs into rows. Included once for each instruction set.
#if defined(RESZOO_KERNELS_CONV_PANELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_KERNELS_CONV_PANELS_INL_H_
#undef RESZOO_KERNELS_CONV_PANELS_INL_H_
#else
#define RESZOO_KERNELS_CONV_PANELS_INL_H_
#endif

#include "kernels/conv_shape.h"
#include "kernels/gemm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// Groups of four, with as many inputs as outputs: a vector has several groups. A vector of inputs is loaded once and
/// each quarter of its lanes is apply_member_scale in turn, instead of one load a number.
constexpr int64_t kFour = 4, kBroadcastRows = 6;

bool IsGroupedByFour(const ConvShape& s) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  return lanes >= kFour && s.group_channels() == kFour && s.group_outputs() == kFour && s.channels % lanes == 0;
}

/// How outputs are cut into panels, group by group.
struct Panels {
  int64_t groups, outputs;  ///< of each group
  int64_t channels;         ///< from a group's first input to that of the next
  int64_t width = 0, lanes = 0;

  explicit Panels(const ConvShape& s) : groups(s.groups), outputs(s.group_outputs()), channels(s.group_channels()) {
    if (IsGroupedByFour(s)) {
      lanes = width = outputs = channels = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
      groups = s.channels / lanes;
      return;
    }
    WithLanes(outputs, [&](auto d) HWY_ATTR {
      lanes = static_cast<int64_t>(hn::Lanes(d));
      width = PanelWidth(d, outputs);
    });
  }

  int64_t of_group() const { return (outputs + width - 1) / width; }
  int64_t count() const { return groups * of_group(); }
  /// Outputs of a group with those that fill up its last vector.
  int64_t filled() const { return (outputs + lanes - 1) / lanes * lanes; }
};

/// The indirection buffer of a shape, without rows yet.
IndirectionBuffer IndirectionOf(const ConvShape& s, const Panels& panels) {
  IndirectionBuffer buffer;
  buffer.segments = rows_contiguous(s) ? s.kernel_rows : s.kernel_rows * s.kernel_columns;
  buffer.length = s.depth() / buffer.segments;
  if (IsGroupedByFour(s))
    buffer.tile_rows = kBroadcastRows;
  else if (panels.width == panels.lanes)
    buffer.tile_rows = kMostRows;
  return buffer;
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // include guard
