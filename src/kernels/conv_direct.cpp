#include "kernels/conv_direct.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_direct.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.
#include <hwy/aligned_allocator.h>

#include <algorithm>

#include "kernels/conv_panels.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

#if HWY_TARGET != HWY_SCALAR

/// Multiplies up to kBroadcastRows rows with one vector of outputs.
template <int64_t Rows>
HWY_NOINLINE void BroadcastTile(const float* const* rows, int64_t segments, int64_t offset, const float* weights,
                                const Epilogue& epilogue, const GemmOutput& y) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<decltype(d)> sums[Rows];
  for (int64_t r = 0; r < Rows; ++r) sums[r] = epilogue.bias ? hn::LoadU(d, epilogue.bias) : hn::Zero(d);
  for (int64_t s = 0; s < segments; ++s, weights += kFour * lanes) {
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
  const auto least = hn::Set(d, lower_bound(epilogue.activation));
  for (int64_t r = 0; r < Rows; ++r) {
    if (epilogue.residual) sums[r] = hn::Add(sums[r], hn::LoadU(d, epilogue.residual + r * y.stride));
    hn::StoreU(hn::Max(least, sums[r]), d, y.data + r * y.stride);
  }
}

/// Multiplies a tile of `count` rows, where `count` is at least `Rows`.
template <int64_t Rows = 1>
HWY_INLINE void BroadcastTileOfRows(int64_t count, const float* const* rows, int64_t segments, int64_t offset,
                                    const float* weights, const Epilogue& epilogue, const GemmOutput& y) {
  if constexpr (Rows < kBroadcastRows)
    if (count > Rows) return BroadcastTileOfRows<Rows + 1>(count, rows, segments, offset, weights, epilogue, y);
  BroadcastTile<Rows>(rows, segments, offset, weights, epilogue, y);
}

/// Multiplies all rows of the buffer with the panels of a part; each panel has one vector.
void MultiplyBroadcast(const IndirectionBuffer& buffer, const float* packed, int64_t depth, const Epilogue& epilogue,
                       const GemmOutput& y, const ConvPart& part) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  for (int64_t panel = part.first_panel; panel < part.end_panel; ++panel) {
    const auto output = panel * lanes;
    for (int64_t tile = 0; tile < buffer.tiles(); ++tile) {
      const auto row = buffer.first_row(tile), at = row * y.stride + output;
      Epilogue of_tile = epilogue;
      if (epilogue.bias) of_tile.bias += output;
      if (epilogue.residual) of_tile.residual += at;
      BroadcastTileOfRows(buffer.first_row(tile + 1) - row, buffer.tile(tile), buffer.segments, /*offset=*/output,
                          packed + output * depth, of_tile, {y.data + at, y.stride, lanes});
    }
  }
}

#else

/// One-lane vectors cannot hold a group.
void MultiplyBroadcast(const IndirectionBuffer&, const float*, int64_t, const Epilogue&, const GemmOutput&,
                       const ConvPart&) {}

#endif  // HWY_TARGET != HWY_SCALAR

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(MultiplyBroadcast);

namespace {

/// Returns the number of pixels that are multiplied with one panel before the next one, so that their inputs stay in
/// the L2 cache. If there are more weights than inputs, as in the last layers at batch 1, weights are read only once.
constexpr int64_t kBlockBytes = 192 << 10, kMostBytes = 512 << 10;
int64_t block_pixels(const ConvShape& s, const Panels& panels) {
  if (panels.by_four) return 2 * kBroadcastRows;  // the weights of all groups are few: the inputs stay in the L1 cache
  constexpr int64_t kBytes = sizeof(float);
  const auto of_pixel = s.group_channels() * std::min(s.stride_rows, s.kernel_rows) *
                        std::min(s.stride_columns, s.kernel_columns) * kBytes;
  const auto inputs = s.pixels() * of_pixel, weights = s.depth() * s.group_outputs() * kBytes;
  if (inputs <= std::min(kMostBytes, weights)) return s.pixels();
  return std::clamp<int64_t>(kBlockBytes / of_pixel / kTileRows, 8, 32) * kTileRows;
}

/// Multiplies the pixels of the buffer, in groups of four channels, with all panels. They must be few enough to stay in
/// the L1 cache.
void conv_grouped_by_four(const IndirectionBuffer& buffer, const float* packed, const ConvShape& s,
                          const Epilogue& epilogue, float* y, const ConvPart& part) {
  const auto lanes = vector_lanes(), outputs = (part.end_panel - part.first_panel) * lanes;
  HWY_DYNAMIC_DISPATCH(MultiplyBroadcast)(buffer, packed, s.depth(), epilogue, {y, s.outputs, outputs}, part);
  if (needs_activate(epilogue.activation))
    activate(epilogue.activation, y + part.first_panel * lanes, buffer.count, outputs, s.outputs);
}

}  // namespace

int64_t direct_panels(const ConvShape& s) { return Panels(s).count(); }

int64_t direct_weights(const ConvShape& s) {
  const Panels panels(s);
  return panels.groups * panels.filled() * s.depth();
}

/// A panel's layout in the packed weights is [kernel position][input][output]; zeros fill up the last vector.
void pack_direct(const WeightView& weights, const ConvShape& s, int64_t first, int64_t end, float* to) {
  const Panels panels(s);
  const auto channels = s.group_channels();
  for (int64_t panel = first; panel < end; ++panel) {
    const auto group = panel / panels.of_group(), from = panel % panels.of_group() * panels.width;
    const auto width = std::min(panels.width, panels.filled() - from), count = std::min(width, panels.outputs - from);
    const auto output = group * panels.outputs + from;
    auto* out = to + (group * panels.filled() + from) * s.depth();
    for (int64_t i = 0; i < s.kernel_rows; ++i)
      for (int64_t j = 0; j < s.kernel_columns; ++j)
        for (int64_t c = 0; c < channels; ++c, out += width) {
          for (int64_t o = 0; o < count; ++o) out[o] = weights.at(output + o, c, i, j);
          std::fill(out + count, out + width, 0.0f);
        }
  }
}

void conv_direct(const float* x, const float* packed, const float* zeros, const ConvShape& s, const Epilogue& epilogue,
                 float* y, const ConvPart& part) {
  const Panels panels(s);
  auto buffer = indirection_of(s, panels);
  const auto pixels = part.end_pixel - part.first_pixel, most = block_pixels(s, panels);
  const auto blocks = (pixels + most - 1) / most;
  hwy::AlignedFreeUniquePtr<float[]> partials;
  size_t room = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const auto first = part.first_pixel + block * pixels / blocks;
    buffer.count = part.first_pixel + (block + 1) * pixels / blocks - first;
    buffer.resize();
    fill_indirection(buffer, x, zeros, s, first);
    if (const auto size = static_cast<size_t>(partials_size(buffer)); size > room)
      partials = hwy::AllocateAligned<float>(room = size);
    Epilogue of_block = epilogue;
    if (epilogue.residual) of_block.residual += first * s.outputs;
    auto* to = y + first * s.outputs;
    if (panels.by_four) {
      conv_grouped_by_four(buffer, packed, s, of_block, to, part);
      continue;
    }
    for (int64_t panel = part.first_panel; panel < part.end_panel; ++panel) {
      const auto group = panel / panels.of_group(), from = panel % panels.of_group() * panels.width;
      const auto output = group * panels.outputs + from, offset = group * panels.channels;
      Epilogue of_panel = of_block;
      if (epilogue.bias) of_panel.bias += output;
      if (epilogue.residual) of_panel.residual += output;
      multiply_panel(s.group_outputs(), buffer, offset, packed + (group * panels.filled() + from) * s.depth(),
                     partials.get(), of_panel, {to + output, s.outputs, std::min(panels.width, panels.outputs - from)});
    }
  }
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
