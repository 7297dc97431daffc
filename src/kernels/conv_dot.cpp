#include "kernels/conv_dot.h"

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <bit>

#include "kernels/conv_dot_layout.h"
#include "kernels/conv_dot_tiles.h"
#include "kernels/parallel_ranges.h"

namespace reszoo::kernels {
namespace {

/// Work with fewer multiply-adds than this is too small for a second thread.
constexpr int64_t kDotsOfAThread = 128 * kElementsOfAThread;

/// The bytes of the inputs that are multiplied with one panel before the next one, so that they stay in the L2 cache.
constexpr int64_t kInputBytes = 192 << 10;

int64_t taps_of(const ConvShape& s) { return s.kernel_rows * s.kernel_columns; }

uint16_t packed_value(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
int8_t packed_value(int8_t value) { return value; }

/// A panel's layout in the packed weights is [kernel position][unit][output][value of the unit].
template <DotType type, typename Weight>
void pack(const Weight* weight, int64_t weight_channels, const ConvShape& s, void* to) {
  using Packed = decltype(packed_value(Weight()));
  constexpr auto values = unit_values(type);
  const DotLayout layout(type, s);
  const auto taps = taps_of(s), filled = (layout.depth - taps * layout.units) * values;
  for (int64_t i = 0; i < layout.panels(); ++i) {
    const auto [group, from, vectors] = layout.place(i);
    const auto width = vectors * layout.panel.lanes;
    auto* out = static_cast<Packed*>(to) + (group * layout.filled() + from) * layout.depth * values;
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t unit = 0; unit < layout.units; ++unit)
        for (int64_t lane = 0; lane < width; ++lane)
          for (int64_t value = 0; value < values; ++value, ++out) {
            const auto in_group = from + lane, output = group * layout.outputs + in_group;
            const auto channel = unit * values + value;
            const bool inside = in_group < layout.outputs && channel < weight_channels;
            *out = inside ? packed_value(weight[(output * weight_channels + channel) * taps + tap]) : Packed(0);
          }
    std::fill_n(out, filled * width, Packed(0));
  }
}

void run_part(DotType type, const ConvShape& s, const DotConvBuffers& b, const DotEpilogue& epilogue,
              const StoredAs& y_as, const DotPart& part) {
  const DotLayout layout(type, s);
  const auto units = in_units(type, s);
  IndirectionBuffer buffer;
  buffer.segments = rows_contiguous(s) ? s.kernel_rows : taps_of(s);
  buffer.length = taps_of(s) * layout.units / buffer.segments;
  if (layout.panel.vectors == 1) buffer.tile_rows = kMostRows;
  const auto of_pixel = s.group_channels() * s.stride_rows * s.stride_columns * 4 / unit_values(type);
  const auto most =
      layout.by_vectors ? 2 * kMostRows : std::clamp<int64_t>(kInputBytes / of_pixel / kTileRows, 8, 64) * kTileRows;
  const auto pixels = part.pixels.size(), blocks = (pixels + most - 1) / most;
  hwy::AlignedFreeUniquePtr<int32_t[]> partials;
  size_t room = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const auto [first, end] = part_of(pixels, block, blocks);
    buffer.count = end - first;
    buffer.resize();
    fill_indirection(buffer, static_cast<const float*>(b.x), static_cast<const float*>(b.zeros), units,
                     part.pixels.first + first);
    const auto size = static_cast<size_t>(buffer.tiles() * buffer.tile_rows * layout.panel.width());
    if (size > room) partials = hwy::AllocateAligned<int32_t>(room = size);
    for (auto i = part.panels.first; i < part.panels.end; ++i) {
      const DotWork work(layout, s, b, epilogue, y_as, part.pixels.first + first, i);
      if (layout.by_vectors)
        multiply_dot_groups(type, layout.units, buffer, work.group * layout.panel.lanes / unit_values(type),
                            work.weights, work.epilogue, work.y);
      else
        multiply_dot_panel(type, work.vectors, buffer, work.group * layout.units, work.weights, partials.get(),
                           work.epilogue, work.y);
    }
  }
}

}  // namespace

bool fits_dot(DotType type, const ConvShape& s) { return s.group_channels() % unit_values(type) == 0; }

int64_t dot_weights(DotType type, const ConvShape& s) {
  const DotLayout layout(type, s);
  return layout.groups * layout.filled() * layout.depth * 4;
}

void pack_dot(const float* weight, int64_t weight_channels, const ConvShape& s, void* to) {
  pack<DotType::bfloat16>(weight, weight_channels, s, to);
}

void pack_dot(const int8_t* weight, int64_t weight_channels, const ConvShape& s, void* to) {
  pack<DotType::int8>(weight, weight_channels, s, to);
}

void conv_dot(DotType type, const ConvShape& s, const DotConvBuffers& buffers, const DotEpilogue& epilogue,
              const StoredAs& y_as, int64_t threads) {
  const DotLayout layout(type, s);
  if (s.multiply_adds() < kDotsOfAThread) threads = 1;
  if (layout.by_tiles) return conv_dot_by_tiles(type, s, layout, buffers, epilogue, y_as, threads);
  const auto pixels = s.pixels(), panels = layout.panels();
  // The larger of inputs and weights is split among the threads, so that it is read once.
  const bool by_panel = panels >= threads && s.depth() * s.outputs > pixels * s.channels;
  parallel_ranges(threads, by_panel ? panels : pixels, [&](int64_t first, int64_t end) {
    const Range all_pixels{0, pixels}, all_panels{0, panels};
    run_part(type, s, buffers, epilogue, y_as,
             by_panel ? DotPart{all_pixels, {first, end}} : DotPart{{first, end}, all_panels});
  });
}

}  // namespace reszoo::kernels
