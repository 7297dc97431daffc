#include "kernels/conv_grouped.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_grouped.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.
#include <hwy/aligned_allocator.h>

#include <algorithm>

#include "kernels/conv_panels.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

void CopyPixel(const float* from, int64_t channels, float* to) {
  ForEachVector(hn::CappedTag<float, 8>(), 0, channels,
                [=](auto d, int64_t c) HWY_ATTR { hn::StoreU(hn::LoadU(d, from + c), d, to + c); });
}

/// Copies the channels of a group; `image` points at the first of them.
void CopyGroup(const float* image, const ConvShape& s, const ConvShape& one, float* to) {
  for (int64_t row = 0; row < s.rows; ++row) {
    auto* at = to + ((row + s.padding_rows) * one.columns + s.padding_columns) * one.channels;
    for (int64_t column = 0; column < s.columns; ++column, image += s.channels, at += one.channels)
      CopyPixel(image, one.channels, at);
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(CopyGroup);

namespace {

/// Returns the convolution of one group of one image, with the padding included in the input.
ConvShape single_group_shape(ConvShape s) {
  s.channels = s.group_channels();
  s.outputs = s.group_outputs();
  s.images = s.groups = 1;
  s.rows += 2 * s.padding_rows;
  s.columns += 2 * s.padding_columns;
  s.padding_rows = s.padding_columns = 0;
  return s;
}

}  // namespace

bool prefers_grouped(const ConvShape& s) {
  return s.groups > 1 && s.group_channels() >= 8 && s.group_outputs() >= 8 && s.kernel_rows * s.kernel_columns > 1;
}

void conv_grouped(const float* x, const float* packed, const ConvShape& s, const Epilogue& epilogue, float* y,
                  int64_t first, int64_t end) {
  const auto one = single_group_shape(s);
  const Panels panels(one);
  const auto size = one.rows * one.columns * one.channels;
  const auto map = hwy::AllocateAligned<float>(static_cast<size_t>(size));
  std::fill_n(map.get(), size, 0.0f);
  auto buffer = indirection_of(one, panels);
  buffer.count = one.pixels();
  buffer.resize();
  fill_indirection(buffer, map.get(), nullptr, one, 0);
  const auto partials = hwy::AllocateAligned<float>(static_cast<size_t>(partials_size(buffer)));
  for (int64_t task = first; task < end; ++task) {
    const auto image = task / s.groups, group = task % s.groups;
    HWY_DYNAMIC_DISPATCH(CopyGroup)
    (x + image * s.rows * s.columns * s.channels + group * one.channels, s, one, map.get());
    for (int64_t panel = 0; panel < panels.count(); ++panel) {
      const auto from = panel * panels.width, output = group * one.outputs + from,
                 at = image * one.pixels() * s.outputs + output;
      Epilogue of_panel = epilogue;
      if (epilogue.bias) of_panel.bias += output;
      if (epilogue.residual) of_panel.residual += at;
      const GemmOutput results{y + at, s.outputs, std::min(panels.width, one.outputs - from)};
      const auto* weights = packed + (group * panels.filled() + from) * s.depth();
      multiply_panel(one.outputs, buffer, 0, weights, partials.get(), of_panel, results);
    }
  }
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
