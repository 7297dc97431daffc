#include "infer/conv_direct.h"

#include <hwy/detect_targets.h>

// A tile is an array of vectors, which those of unknown size cannot be in: such processors
// run the code of their fixed size.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "infer/conv_direct.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "infer/conv_panels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

int64_t CountPanels(const ConvShape& s) {
  return Panels(s).count();
}

int64_t CountWeights(const ConvShape& s) {
  const Panels panels(s);
  return panels.groups * panels.filled() * s.depth();
}

/// A panel's place in the packed weights is [kernel place][input][output]; zeros fill up the last vector.
void Pack(const float* weight, const ConvShape& s, int64_t first, int64_t end, float* to) {
  const Panels panels(s);
  const auto channels = s.group_channels(), places = s.kernel_rows * s.kernel_columns;
  for (int64_t panel = first; panel < end; ++panel) {
    const auto group = panel / panels.of_group(), from = panel % panels.of_group() * panels.width;
    const auto width = std::min(panels.width, panels.filled() - from), count = std::min(width, panels.outputs - from);
    const auto* of_panel = weight + (group * panels.outputs + from) * s.depth();
    auto* out = to + (group * panels.filled() + from) * s.depth();
    for (int64_t place = 0; place < places; ++place)
      for (int64_t c = 0; c < channels; ++c, out += width) {
        for (int64_t o = 0; o < count; ++o) out[o] = of_panel[(o * channels + c) * places + place];
        std::fill(out + count, out + width, 0.0f);
      }
  }
}

/// Pixels that are multiplied with a panel before the next panel comes: their inputs stay in the second cache.
constexpr int64_t kBlockBytes = 192 << 10;
int64_t BlockPixels(const ConvShape& s) {
  if (IsSpread(s)) return 2 * kSpreadRows;  // all groups have few weights: their inputs stay in the nearest cache
  const auto of_pixel = s.group_channels() * s.stride_rows * s.stride_columns * static_cast<int64_t>(sizeof(float));
  return std::clamp<int64_t>(kBlockBytes / of_pixel / kTileRows, 8, 32) * kTileRows;
}

#if HWY_TARGET != HWY_SCALAR

/// Up to kSpreadRows rows of one vector of outputs.
template <int64_t Rows>
HWY_NOINLINE void SpreadTile(const float* const* rows, int64_t segments, int64_t offset, const float* weights,
                             const Finish& finish, const Target& target) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<decltype(d)> sums[Rows];
  for (int64_t r = 0; r < Rows; ++r) sums[r] = finish.bias ? hn::LoadU(d, finish.bias) : hn::Zero(d);
  for (int64_t s = 0; s < segments; ++s, weights += kQuad * lanes) {
    const auto w0 = hn::LoadU(d, weights), w1 = hn::LoadU(d, weights + lanes);
    const auto w2 = hn::LoadU(d, weights + 2 * lanes), w3 = hn::LoadU(d, weights + 3 * lanes);
    for (int64_t r = 0; r < Rows; ++r) {
      const auto inputs = hn::LoadU(d, rows[s * kMostRows + r] + offset);
      sums[r] = hn::MulAdd(hn::Broadcast<0>(inputs), w0, sums[r]);
      sums[r] = hn::MulAdd(hn::Broadcast<1>(inputs), w1, sums[r]);
      sums[r] = hn::MulAdd(hn::Broadcast<2>(inputs), w2, sums[r]);
      sums[r] = hn::MulAdd(hn::Broadcast<3>(inputs), w3, sums[r]);
    }
  }
  const auto least = hn::Set(d, finish.relu ? 0.0f : -HUGE_VALF);
  for (int64_t r = 0; r < Rows; ++r) {
    if (finish.residual) sums[r] = hn::Add(sums[r], hn::LoadU(d, finish.residual + r * target.stride));
    hn::StoreU(hn::Max(least, sums[r]), d, target.data + r * target.stride);
  }
}

/// A tile of `count` rows, of which there are at least `Rows`.
template <int64_t Rows = 1>
HWY_INLINE void SpreadTileOfRows(int64_t count, const float* const* rows, int64_t segments, int64_t offset,
                                 const float* weights, const Finish& finish, const Target& target) {
  if constexpr (Rows < kSpreadRows)
    if (count > Rows) return SpreadTileOfRows<Rows + 1>(count, rows, segments, offset, weights, finish, target);
  SpreadTile<Rows>(rows, segments, offset, weights, finish, target);
}

void MultiplySpread(const RowTable& table, int64_t offset, const float* weights, const Finish& finish,
                    const Target& target) {
  for (int64_t tile = 0; tile < table.tiles(); ++tile) {
    const auto row = table.first_row(tile);
    Finish of_tile = finish;
    if (finish.residual) of_tile.residual += row * target.stride;
    SpreadTileOfRows(table.first_row(tile + 1) - row, table.tile(tile), table.segments, offset, weights, of_tile,
                     {target.data + row * target.stride, target.stride, target.outputs});
  }
}

#endif  // HWY_TARGET != HWY_SCALAR

/// All rows of the table times one panel.
void MultiplyAnyPanel(const ConvShape& s, const RowTable& table, int64_t offset, const float* weights, float* partials,
                      const Finish& finish, const Target& target) {
#if HWY_TARGET != HWY_SCALAR
  if (IsSpread(s)) return MultiplySpread(table, offset, weights, finish, target);
#endif
  WithLanes(s.group_outputs(),
            [&](auto d) HWY_ATTR { MultiplyPanel(d, table, offset, weights, partials, finish, target); });
}

void Convolve(const float* x, const float* packed, const float* zeros, const ConvShape& s, const Finish& finish,
              float* y, const ConvPart& part) {
  const Panels panels(s);
  auto table = TableOf(s, panels);
  const auto pixels = part.end_pixel - part.first_pixel;
  const auto blocks = (pixels + BlockPixels(s) - 1) / BlockPixels(s);
  hwy::AlignedFreeUniquePtr<float[]> partials;
  size_t room = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const auto first = part.first_pixel + block * pixels / blocks;
    table.count = part.first_pixel + (block + 1) * pixels / blocks - first;
    table.resize();
    point_at_pixels(table, x, zeros, s, first);
    if (const auto size = static_cast<size_t>(PartialsSize(table)); size > room)
      partials = hwy::AllocateAligned<float>(room = size);
    for (int64_t panel = part.first_panel; panel < part.end_panel; ++panel) {
      const auto group = panel / panels.of_group(), from = panel % panels.of_group() * panels.width;
      const auto output = group * panels.outputs + from, offset = group * panels.channels;
      Finish of_panel = finish;
      if (finish.bias) of_panel.bias += output;
      if (finish.residual) of_panel.residual += first * s.outputs + output;
      const Target target{y + first * s.outputs + output, s.outputs, std::min(panels.width, panels.outputs - from)};
      const auto* weights = packed + (group * panels.filled() + from) * s.depth();
      MultiplyAnyPanel(s, table, offset, weights, partials.get(), of_panel, target);
    }
  }
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(CountPanels);
HWY_EXPORT(CountWeights);
HWY_EXPORT(Pack);
HWY_EXPORT(Convolve);

void pack_direct(const float* weight, const ConvShape& shape, int64_t first, int64_t end, float* to) {
  HWY_DYNAMIC_DISPATCH(Pack)(weight, shape, first, end, to);
}

int64_t direct_weights(const ConvShape& shape) {
  return HWY_DYNAMIC_DISPATCH(CountWeights)(shape);
}

int64_t direct_panels(const ConvShape& shape) {
  return HWY_DYNAMIC_DISPATCH(CountPanels)(shape);
}

void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& shape, const Finish& finish,
                 float* y, const ConvPart& part) {
  HWY_DYNAMIC_DISPATCH(Convolve)(x, packed, zeros, shape, finish, y, part);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
