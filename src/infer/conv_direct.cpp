#include "infer/conv_direct.h"

#include <hwy/detect_targets.h>

// A tile is an array of vectors, which those of unknown size cannot be in: such processors
// run the code of their fixed size.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "infer/conv_direct.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/aligned_allocator.h>

#include <cmath>

#include "infer/product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

/// How a group's outputs are cut into panels.
struct Panels {
  int64_t width, lanes, outputs;
  int64_t count() const { return (outputs + width - 1) / width; }
  /// Outputs of a group with those that fill up its last vector.
  int64_t filled() const { return (outputs + lanes - 1) / lanes * lanes; }
};

Panels PanelsOf(const ConvShape& s) {
  Panels panels{0, 0, s.group_outputs()};
  WithLanes(panels.outputs, [&](auto d) HWY_ATTR {
    panels.lanes = static_cast<int64_t>(hn::Lanes(d));
    panels.width = PanelWidth(d, panels.outputs);
  });
  return panels;
}

int64_t CountPanels(const ConvShape& s) { return s.groups * PanelsOf(s).count(); }

std::vector<float> Pack(const float* weight, const ConvShape& s) {
  const auto panels = PanelsOf(s);
  const auto channels = s.group_channels(), places = s.kernel_rows * s.kernel_columns, depth = s.depth();
  std::vector<float> packed(static_cast<size_t>(s.groups * panels.filled() * depth));
  auto* to = packed.data();
  for (int64_t group = 0; group < s.groups; ++group)
    for (int64_t first = 0; first < panels.outputs; first += panels.width) {
      const auto width = std::min(panels.width, panels.filled() - first);
      for (int64_t place = 0; place < places; ++place)
        for (int64_t c = 0; c < channels; ++c, to += width)
          for (int64_t o = 0; o < std::min(width, panels.outputs - first); ++o)
            to[o] = weight[((group * panels.outputs + first + o) * channels + c) * places + place];
    }
  return packed;
}

/// Whether the inputs of a kernel's row lie side by side, so that they are one segment.
bool InRows(const ConvShape& s) {
  return s.groups == 1 && s.padding_rows == 0 && s.padding_columns == 0 &&
         (s.dilation_columns == 1 || s.kernel_columns == 1);
}

/// The pointers of one pixel.
void PointAt(const float* x, const float* zeros, const ConvShape& s, int64_t pixel, const float** to) {
  const auto column = pixel % s.columns_out, row = pixel / s.columns_out % s.rows_out;
  const auto* image = x + pixel / (s.columns_out * s.rows_out) * s.rows * s.columns * s.channels;
  const auto top = row * s.stride_rows - s.padding_rows, left = column * s.stride_columns - s.padding_columns;
  const bool in_rows = InRows(s);
  for (int64_t i = 0; i < s.kernel_rows; ++i) {
    const auto y = top + i * s.dilation_rows;
    for (int64_t j = 0; j < (in_rows ? 1 : s.kernel_columns); ++j, to += kTileRows) {
      const auto at = left + j * s.dilation_columns;
      const bool inside = y >= 0 && y < s.rows && at >= 0 && at < s.columns;
      *to = inside ? image + (y * s.columns + at) * s.channels : zeros;
    }
  }
}

void Fill(RowTable& table, const float* x, const float* zeros, const ConvShape& s, int64_t first) {
  for (int64_t tile = 0; tile < table.tiles(); ++tile)
    for (int64_t row = table.first_row(tile); row < table.first_row(tile + 1); ++row)
      PointAt(x, zeros, s, first + row, table.tile(tile) + row - table.first_row(tile));
}

/// Pixels that are multiplied with a panel before the next panel comes: their inputs stay in the second cache.
constexpr int64_t kBlockBytes = 192 << 10;
int64_t BlockPixels(const ConvShape& s) {
  const auto of_pixel = s.group_channels() * s.stride_rows * s.stride_columns * static_cast<int64_t>(sizeof(float));
  return std::clamp<int64_t>(kBlockBytes / of_pixel / kTileRows, 8, 64) * kTileRows;
}

void Convolve(const float* x, const float* packed, const float* zeros, const ConvShape& s, const Finish& finish,
              float* y, const ConvPart& part) {
  const auto panels = PanelsOf(s);
  RowTable table;
  const bool in_rows = InRows(s);
  table.segments = in_rows ? s.kernel_rows : s.kernel_rows * s.kernel_columns;
  table.length = s.depth() / table.segments;
  const auto pixels = part.end_pixel - part.first_pixel;
  const auto blocks = (pixels + BlockPixels(s) - 1) / BlockPixels(s);
  hwy::AlignedFreeUniquePtr<float[]> partials;
  size_t room = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const auto first = part.first_pixel + block * pixels / blocks;
    table.count = part.first_pixel + (block + 1) * pixels / blocks - first;
    table.resize();
    Fill(table, x, zeros, s, first);
    if (const auto size = static_cast<size_t>(PartialsSize(table)); size > room)
      partials = hwy::AllocateAligned<float>(room = size);
    for (int64_t panel = part.first_panel; panel < part.end_panel; ++panel) {
      const auto group = panel / panels.count(), from = panel % panels.count() * panels.width;
      const auto output = group * panels.outputs + from;
      Finish of_panel = finish;
      if (finish.bias) of_panel.bias += output;
      if (finish.residual) of_panel.residual += first * s.outputs + output;
      const Target target{y + first * s.outputs + output, s.outputs, std::min(panels.width, panels.outputs - from)};
      const auto* weights = packed + (group * panels.filled() + from) * s.depth();
      WithLanes(panels.outputs, [&](auto d) HWY_ATTR {
        MultiplyPanel(d, table, group * s.group_channels(), weights, partials.get(), of_panel, target);
      });
    }
  }
}

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(CountPanels);
HWY_EXPORT(Pack);
HWY_EXPORT(Convolve);

std::vector<float> pack_direct(const float* weight, const ConvShape& shape) {
  return HWY_DYNAMIC_DISPATCH(Pack)(weight, shape);
}

int64_t direct_panels(const ConvShape& shape) { return HWY_DYNAMIC_DISPATCH(CountPanels)(shape); }

void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape, const Finish& finish,
                 float* y, const ConvPart& part) {
  HWY_DYNAMIC_DISPATCH(Convolve)(x, packed, zeros, shape, finish, y, part);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
