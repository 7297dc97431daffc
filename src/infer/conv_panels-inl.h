// How a convolution's outputs are cut into panels, and its inputs into rows. Included once for each instruction set.
#if defined(RESZOO_INFER_CONV_PANELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_INFER_CONV_PANELS_INL_H_
#undef RESZOO_INFER_CONV_PANELS_INL_H_
#else
#define RESZOO_INFER_CONV_PANELS_INL_H_
#endif

#include "infer/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

/// Groups of four, with as many inputs as outputs: a vector has several groups. A vector of inputs is loaded once and
/// each quarter of its lanes is spread in turn, instead of one load a number.
constexpr int64_t kQuad = 4, kSpreadRows = 6;

bool IsSpread(const ConvShape& s) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  return lanes >= kQuad && s.group_channels() == kQuad && s.group_outputs() == kQuad && s.channels % lanes == 0;
}

/// How outputs are cut into panels, group by group.
struct Panels {
  int64_t groups, outputs;  ///< of each group
  int64_t channels;         ///< that a group's inputs lie from those of the next
  int64_t width = 0, lanes = 0;

  explicit Panels(const ConvShape& s) : groups(s.groups), outputs(s.group_outputs()), channels(s.group_channels()) {
    if (IsSpread(s)) {
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

/// The table of a shape, without rows yet.
RowTable TableOf(const ConvShape& s, const Panels& panels) {
  RowTable table;
  table.segments = sees_rows(s) ? s.kernel_rows : s.kernel_rows * s.kernel_columns;
  table.length = s.depth() / table.segments;
  if (IsSpread(s))
    table.tile_rows = kSpreadRows;
  else if (panels.width == panels.lanes)
    table.tile_rows = kMostRows;
  return table;
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // include guard
