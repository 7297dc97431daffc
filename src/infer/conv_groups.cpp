#include "infer/conv_groups.h"

#include <hwy/detect_targets.h>

// A tile is an array of vectors, which those of unknown size cannot be in: such processors
// run the code of their fixed size.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "infer/conv_groups.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "infer/conv_panels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

/// One group of one image as a convolution by itself, its border written out.
ConvShape OneGroup(ConvShape s) {
  s.channels = s.group_channels();
  s.outputs = s.group_outputs();
  s.images = s.groups = 1;
  s.rows += 2 * s.padding_rows;
  s.columns += 2 * s.padding_columns;
  s.padding_rows = s.padding_columns = 0;
  return s;
}

void CopyPixel(const float* from, int64_t channels, float* to) {
  const hn::CappedTag<float, 8> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) hn::StoreU(hn::LoadU(d, from + c), d, to + c);
  for (; c < channels; ++c) to[c] = from[c];
}

/// The channels of a group, of which `image` points at the first.
void CopyGroup(const float* image, const ConvShape& s, const ConvShape& one, float* to) {
  for (int64_t row = 0; row < s.rows; ++row) {
    auto* at = to + ((row + s.padding_rows) * one.columns + s.padding_columns) * one.channels;
    for (int64_t column = 0; column < s.columns; ++column, image += s.channels, at += one.channels)
      CopyPixel(image, one.channels, at);
  }
}

void ConvolveGroups(const float* x, const float* packed, const ConvShape& s, const Finish& finish, float* y,
                    int64_t first, int64_t end) {
  const auto one = OneGroup(s);
  const Panels panels(one);
  const auto size = one.rows * one.columns * one.channels;
  const auto map = hwy::AllocateAligned<float>(static_cast<size_t>(size));
  std::fill_n(map.get(), size, 0.0f);
  auto table = TableOf(one, panels);
  table.count = one.pixels();
  table.resize();
  point_at_pixels(table, map.get(), nullptr, one, 0);
  const auto partials = hwy::AllocateAligned<float>(static_cast<size_t>(PartialsSize(table)));
  for (int64_t task = first; task < end; ++task) {
    const auto image = task / s.groups, group = task % s.groups;
    CopyGroup(x + image * s.rows * s.columns * s.channels + group * one.channels, s, one, map.get());
    for (int64_t panel = 0; panel < panels.count(); ++panel) {
      const auto from = panel * panels.width, output = group * one.outputs + from,
                 at = image * one.pixels() * s.outputs + output;
      Finish of_panel = finish;
      if (finish.bias) of_panel.bias += output;
      if (finish.residual) of_panel.residual += at;
      const Target target{y + at, s.outputs, std::min(panels.width, one.outputs - from)};
      const auto* weights = packed + (group * panels.filled() + from) * s.depth();
      WithLanes(one.outputs,
                [&](auto d) HWY_ATTR { MultiplyPanel(d, table, 0, weights, partials.get(), of_panel, target); });
    }
  }
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(ConvolveGroups);

bool is_by_group(const ConvShape& s) {
  return s.groups > 1 && s.group_channels() >= 8 && s.group_outputs() >= 8 && s.kernel_rows * s.kernel_columns > 1;
}

void conv_groups(const float* x, const float* packed, const ConvShape& shape, const Finish& finish, float* y,
                 int64_t first, int64_t end) {
  HWY_DYNAMIC_DISPATCH(ConvolveGroups)(x, packed, shape, finish, y, first, end);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
