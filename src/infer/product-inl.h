// Products of rows and panels of weights, the heart of both convolutions. Included once for each instruction set.
#if defined(RESZOO_INFER_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_INFER_PRODUCT_INL_H_
#undef RESZOO_INFER_PRODUCT_INL_H_
#else
#define RESZOO_INFER_PRODUCT_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "infer/row_table.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Vectors of a panel, whose sums with kTileRows rows stay in registers: AVX-512 and NEON have 32.
constexpr int64_t kTileVectors = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM ? 4 : 2;

/// Steps of a sum that are taken without looking round.
constexpr int64_t kSteps = 4;

/// Bytes of a panel that are used up before the next: they stay in the nearest cache.
constexpr int64_t kPanelBytes = 24 << 10;

/// The vectors that outputs are summed in: no more lanes than a group has outputs.
template <class Use>
HWY_INLINE void WithLanes(int64_t outputs, const Use& use) {
  const hn::ScalableTag<float> d;
  if (outputs >= static_cast<int64_t>(hn::Lanes(d))) return use(d);
  if (outputs >= 8) return use(hn::CappedTag<float, 8>());
  use(hn::CappedTag<float, 4>());
}

/// Vectors of a panel at most: one where lanes are fewer than a vector could have.
template <class D>
constexpr int64_t kVectorsOf = hn::MaxLanes(D()) == hn::MaxLanes(hn::ScalableTag<float>()) ? kTileVectors : 1;

/// Outputs of a panel.
template <class D>
HWY_INLINE int64_t PanelWidth(D d, int64_t outputs) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  return std::min(kVectorsOf<D>, (outputs + lanes - 1) / lanes) * lanes;
}

/// Where results go: row r, output o to data[r * stride + o].
struct Target {
  float* data;
  int64_t stride;
  int64_t outputs;  ///< of this panel; beyond them nothing is stored
};

/// A stretch of the sum: some segments, or a part of one.
struct Stretch {
  int64_t first, end;     ///< segments
  int64_t begin, length;  ///< within each
  bool starts, ends;      ///< the whole sum
};

/// Weights that are far away and come next: each tile asks for its share of them, a little every kSteps steps, so that
/// they are near when all tiles are done.
struct Ahead {
  const float* next;
  int64_t numbers;  ///< every kSteps steps
};

template <class D>
HWY_INLINE void StorePart(D d, hn::Vec<D> v, float* to, int64_t count) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(v, d, lanes);
  for (int64_t i = 0; i < count; ++i) to[i] = lanes[i];
}

template <class D>
HWY_INLINE hn::Vec<D> LoadPart(D d, const float* from, int64_t count) {
  HWY_ALIGN float lanes[hn::MaxLanes(d)] = {};
  for (int64_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(d, lanes);
}

/// Finishes and stores the sums of a panel of which some outputs are there to fill up the last vector.
template <int64_t Rows, int64_t Vectors, class D>
HWY_NOINLINE void StorePanelPart(D d, const float* partial, const Finish& finish, const Target& target) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v) {
      const auto output = v * lanes, place = r * target.stride + output,
                 left = std::min(lanes, target.outputs - output);
      auto sum = hn::Load(d, partial + (r * Vectors + v) * lanes);
      if (finish.bias) sum = hn::Add(sum, LoadPart(d, finish.bias + output, left));
      if (finish.residual) sum = hn::Add(sum, LoadPart(d, finish.residual + place, left));
      if (finish.relu) sum = hn::Max(hn::Zero(d), sum);
      StorePart(d, sum, target.data + place, left);
    }
}

/// One step of the sums of a tile: number k of each row times a vector or more of weights.
template <int64_t Rows, int64_t Vectors, class D>
HWY_INLINE void AddStep(D d, const float* const (&rows)[Rows], int64_t k, const float* HWY_RESTRICT weights,
                        hn::Vec<D> (&sums)[Rows][Vectors]) {
  hn::Vec<D> weight[Vectors];
  for (int64_t v = 0; v < Vectors; ++v) weight[v] = hn::LoadU(d, weights + v * static_cast<int64_t>(hn::Lanes(d)));
  for (int64_t r = 0; r < Rows; ++r) {
    const auto value = hn::Set(d, rows[r][k]);
    for (int64_t v = 0; v < Vectors; ++v) sums[r][v] = hn::MulAdd(value, weight[v], sums[r][v]);
  }
}

/// `Rows` rows times a panel of `Vectors` vectors, over a stretch of the sum. `partial` holds sums between stretches.
template <int64_t Rows, int64_t Vectors, class D>
HWY_NOINLINE void Tile(D d, const float* const* rows, int64_t offset, const Stretch& stretch,
                       const float* HWY_RESTRICT weights, Ahead ahead, float* HWY_RESTRICT partial,
                       const Finish& finish, const Target& target) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), width = Vectors * lanes;
  // What the results go to is far away: it comes while the sums are made.
  if (stretch.ends)
    for (int64_t r = 0; r < Rows; ++r) {
      hwy::Prefetch(target.data + r * target.stride);
      if (finish.residual) hwy::Prefetch(finish.residual + r * target.stride);
    }
  hn::Vec<D> sums[Rows][Vectors];
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v)
      sums[r][v] = stretch.starts ? hn::Zero(d) : hn::Load(d, partial + (r * Vectors + v) * lanes);
  for (int64_t s = stretch.first; s < stretch.end; ++s) {
    const float* from[Rows];
    for (int64_t r = 0; r < Rows; ++r) from[r] = rows[s * kMostRows + r] + offset + stretch.begin;
    int64_t k = 0;
    for (; k + kSteps <= stretch.length; k += kSteps, ahead.next += ahead.numbers) {
      __builtin_prefetch(ahead.next, /*write=*/0, /*locality=*/2);
      __builtin_prefetch(ahead.next + ahead.numbers / 2, /*write=*/0, /*locality=*/2);
      for (int64_t step = 0; step < kSteps; ++step, weights += width)
        AddStep<Rows, Vectors>(d, from, k + step, weights, sums);
    }
    for (; k < stretch.length; ++k, weights += width) AddStep<Rows, Vectors>(d, from, k, weights, sums);
  }
  // Small loops over constants are unrolled, which keeps the sums in registers above.
  const bool whole = target.outputs == width;
  if (!stretch.ends || !whole) {
    for (int64_t r = 0; r < Rows; ++r)
      for (int64_t v = 0; v < Vectors; ++v) hn::Store(sums[r][v], d, partial + (r * Vectors + v) * lanes);
    if (stretch.ends) StorePanelPart<Rows, Vectors>(d, partial, finish, target);
    return;
  }
  // The order of a maximum's operands lets a NaN through.
  const auto least = hn::Set(d, finish.relu ? 0.0f : -HUGE_VALF);
  hn::Vec<D> bias[Vectors];
  for (int64_t v = 0; v < Vectors; ++v) bias[v] = finish.bias ? hn::LoadU(d, finish.bias + v * lanes) : hn::Zero(d);
  if (finish.residual)
    for (int64_t r = 0; r < Rows; ++r)
      for (int64_t v = 0; v < Vectors; ++v)
        sums[r][v] = hn::Add(sums[r][v], hn::LoadU(d, finish.residual + r * target.stride + v * lanes));
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v)
      hn::StoreU(hn::Max(least, hn::Add(sums[r][v], bias[v])), d, target.data + r * target.stride + v * lanes);
}

/// A tile of `count` rows, of which there are at least `Rows`.
template <int64_t Vectors, int64_t Rows = 1, class D>
HWY_INLINE void TileOfRows(D d, int64_t count, const float* const* rows, int64_t offset, const Stretch& stretch,
                           const float* weights, const Ahead& ahead, float* partial, const Finish& finish,
                           const Target& target) {
  if constexpr (Rows < (Vectors == 1 ? kMostRows : kTileRows))
    if (count > Rows)
      return TileOfRows<Vectors, Rows + 1>(d, count, rows, offset, stretch, weights, ahead, partial, finish, target);
  Tile<Rows, Vectors>(d, rows, offset, stretch, weights, ahead, partial, finish, target);
}

/// All rows of the table, each moved on by `offset`, times one panel: stretch by stretch, so that weights are read
/// from afar once.
template <int64_t Vectors, class D>
HWY_INLINE void MultiplyPanelOf(D d, const RowTable& table, int64_t offset, const float* weights, float* partials,
                                const Finish& finish, const Target& target) {
  const auto width = Vectors * static_cast<int64_t>(hn::Lanes(d));
  const auto depth = std::max<int64_t>(1, kPanelBytes / (width * static_cast<int64_t>(sizeof(float))));
  const auto tiles = table.tiles();
  const auto ahead = table.count > 1 ? kSteps * width / tiles : 0;
  const auto run = [&](const Stretch& stretch) HWY_ATTR {
    const auto size = (stretch.end - stretch.first) * stretch.length * width;
    const auto share = size / tiles;
    for (int64_t tile = 0, row = 0; tile < tiles; ++tile) {
      const auto next_row = table.first_row(tile + 1);
      Finish of_tile = finish;
      if (finish.residual) of_tile.residual += row * target.stride;
      TileOfRows<Vectors>(d, next_row - row, table.tile(tile), offset, stretch, weights,
                          {weights + size + share * tile, ahead}, partials + tile * table.tile_rows * width, of_tile,
                          {target.data + row * target.stride, target.stride, target.outputs});
      row = next_row;
    }
    weights += size;
  };
  if (table.length <= depth) {
    const auto many = std::max<int64_t>(1, depth / std::max<int64_t>(1, table.length));
    for (int64_t s = 0; s < table.segments; s += many) {
      const auto end = std::min(table.segments, s + many);
      run({s, end, 0, table.length, s == 0, end == table.segments});
    }
    return;
  }
  const auto parts = (table.length + depth - 1) / depth;
  for (int64_t s = 0; s < table.segments; ++s)
    for (int64_t part = 0; part < parts; ++part) {
      const auto begin = part * table.length / parts, end = (part + 1) * table.length / parts;
      run({s, s + 1, begin, end - begin, s == 0 && part == 0, s + 1 == table.segments && part + 1 == parts});
    }
}

/// Numbers that `partials` of MultiplyPanel must have room for, aligned to a vector.
HWY_INLINE int64_t PartialsSize(const RowTable& table) {
  return table.tiles() * table.tile_rows * kTileVectors * static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
}

template <class D>
HWY_INLINE void MultiplyPanel(D d, const RowTable& table, int64_t offset, const float* weights, float* partials,
                              const Finish& finish, const Target& target) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto vectors = PanelWidth(d, target.outputs) / lanes;
  if (vectors == 1) return MultiplyPanelOf<1>(d, table, offset, weights, partials, finish, target);
  if constexpr (kVectorsOf<D> > 1)
    if (vectors == 2) return MultiplyPanelOf<2>(d, table, offset, weights, partials, finish, target);
  if constexpr (kVectorsOf<D> > 2) {
    if (vectors == 3) return MultiplyPanelOf<3>(d, table, offset, weights, partials, finish, target);
    return MultiplyPanelOf<4>(d, table, offset, weights, partials, finish, target);
  }
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // include guard
