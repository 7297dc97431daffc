#include "kernels/packed_gemm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/packed_gemm.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.
#include <hwy/cache_control.h>

#include <algorithm>

#include "kernels/k_blocks.h"
#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The number of steps of a sum between two prefetches.
constexpr int64_t kSteps = 4;

/// Calls `use` with the vector type for the sums: no more lanes than a group has outputs.
template <class Use>
HWY_INLINE void WithLanes(int64_t outputs, const Use& use) {
  const hn::ScalableTag<float> d;
  if (outputs >= static_cast<int64_t>(hn::Lanes(d))) return use(d);
  if (outputs >= 8) return use(hn::CappedTag<float, 8>());
  use(hn::CappedTag<float, 4>());
}

/// The most vectors of a panel; one if the vectors are narrower than the processor's widest.
template <class D>
constexpr int64_t kVectorsOf = hn::MaxLanes(D()) == hn::MaxLanes(hn::ScalableTag<float>()) ? kTileVectors : 1;

/// Returns the number of outputs of a panel.
template <class D>
HWY_INLINE int64_t PanelWidth(D d, int64_t outputs) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  return std::min(kVectorsOf<D>, (outputs + lanes - 1) / lanes) * lanes;
}

/// The weights of the next block. Each tile prefetches its share of them, a little every kSteps steps, so that they are
/// in the cache when all tiles are done.
struct Prefetch {
  const float* next;
  int64_t elements;  ///< to prefetch every kSteps steps
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

/// Finishes and stores the sums of a panel that has fewer outputs than its vectors have lanes.
template <int64_t Rows, int64_t Vectors, class D>
HWY_NOINLINE void StorePanelPart(D d, const float* partial, const Epilogue& epilogue, const GemmOutput& y) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v) {
      const auto output = v * lanes, place = r * y.stride + output, left = std::min(lanes, y.outputs - output);
      auto sum = hn::Load(d, partial + (r * Vectors + v) * lanes);
      if (epilogue.bias) sum = hn::Add(sum, LoadPart(d, epilogue.bias + output, left));
      if (epilogue.residual) sum = hn::Add(sum, LoadPart(d, epilogue.residual + place, left));
      StorePart(d, hn::Max(hn::Set(d, lower_bound(epilogue.activation)), sum), y.data + place, left);
    }
}

/// Multiplies `Rows` rows with a panel of `Vectors` vectors, over a block of the sum. `partial` holds the sums between
/// blocks.
template <int64_t Rows, int64_t Vectors, class D>
HWY_NOINLINE void Tile(D d, const float* const* rows, int64_t offset, const KBlock& k_block,
                       const float* HWY_RESTRICT weights, Prefetch prefetch, float* HWY_RESTRICT partial,
                       const Epilogue& epilogue, const GemmOutput& y) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), width = Vectors * lanes;
  // The output is probably not in the cache: it is prefetched while the sums are computed.
  if (k_block.ends)
    for (int64_t r = 0; r < Rows; ++r) {
      hwy::Prefetch(y.data + r * y.stride);
      if (epilogue.residual) hwy::Prefetch(epilogue.residual + r * y.stride);
    }
  RegisterTile<D, Rows, Vectors> sums;
  if (k_block.starts) ClearTile(d, sums);
  else LoadTile(d, partial, width, sums);
  for (int64_t s = k_block.first; s < k_block.end; ++s) {
    const float* from[Rows];
    for (int64_t r = 0; r < Rows; ++r) from[r] = rows[s * kMostRows + r] + offset + k_block.begin;
    int64_t k = 0;
    for (; k + kSteps <= k_block.length; k += kSteps, prefetch.next += prefetch.elements) {
      __builtin_prefetch(prefetch.next, /*write=*/0, /*locality=*/2);
      __builtin_prefetch(prefetch.next + prefetch.elements / 2, /*write=*/0, /*locality=*/2);
      for (int64_t step = 0; step < kSteps; ++step, weights += width)
        AddOuterProduct(
            d, [&](int64_t r) { return from[r][k + step]; }, weights, sums);
    }
    for (; k < k_block.length; ++k, weights += width)
      AddOuterProduct(
          d, [&](int64_t r) { return from[r][k]; }, weights, sums);
  }
  const bool whole = y.outputs == width;
  if (!k_block.ends || !whole) {
    StoreTile(d, sums, partial, width);
    if (k_block.ends) StorePanelPart<Rows, Vectors>(d, partial, epilogue, y);
    return;
  }
  // With the operands of the maximum in this order a NaN is passed through.
  const auto least = hn::Set(d, lower_bound(epilogue.activation));
  hn::Vec<D> bias[Vectors];
  for (int64_t v = 0; v < Vectors; ++v) bias[v] = epilogue.bias ? hn::LoadU(d, epilogue.bias + v * lanes) : hn::Zero(d);
  if (epilogue.residual)
    for (int64_t r = 0; r < Rows; ++r)
      for (int64_t v = 0; v < Vectors; ++v)
        sums[r][v] = hn::Add(sums[r][v], hn::LoadU(d, epilogue.residual + r * y.stride + v * lanes));
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v)
      hn::StoreU(hn::Max(least, hn::Add(sums[r][v], bias[v])), d, y.data + r * y.stride + v * lanes);
}

/// Multiplies a tile of `count` rows, where `count` is at least `Rows`.
template <int64_t Vectors, int64_t Rows = 1, class D>
HWY_INLINE void TileOfRows(D d, int64_t count, const float* const* rows, int64_t offset, const KBlock& k_block,
                           const float* weights, const Prefetch& prefetch, float* partial, const Epilogue& epilogue,
                           const GemmOutput& y) {
  if constexpr (Rows < (Vectors == 1 ? kMostRows : kTileRows))
    if (count > Rows)
      return TileOfRows<Vectors, Rows + 1>(d, count, rows, offset, k_block, weights, prefetch, partial, epilogue, y);
  Tile<Rows, Vectors>(d, rows, offset, k_block, weights, prefetch, partial, epilogue, y);
}

/// Multiplies all rows of the buffer, with `offset` added to their pointers, with one panel. It goes block by block, so
/// that the weights are read from memory only once.
template <int64_t Vectors, class D>
HWY_INLINE void MultiplyPanelOf(D d, const IndirectionBuffer& buffer, int64_t offset, const float* weights,
                                float* partials, const Epilogue& epilogue, const GemmOutput& y) {
  const auto width = Vectors * static_cast<int64_t>(hn::Lanes(d));
  const auto tiles = buffer.tiles();
  const auto prefetch = buffer.count > 1 ? kSteps * width / tiles : 0;
  for_each_k_block(buffer, width, [&](const KBlock& k_block) HWY_ATTR {
    const auto size = (k_block.end - k_block.first) * k_block.length * width;
    const auto share = size / tiles;
    for (int64_t tile = 0, row = 0; tile < tiles; ++tile) {
      const auto next_row = buffer.first_row(tile + 1);
      Epilogue of_tile = epilogue;
      if (epilogue.residual) of_tile.residual += row * y.stride;
      TileOfRows<Vectors>(d, next_row - row, buffer.tile(tile), offset, k_block, weights,
                          {weights + size + share * tile, prefetch}, partials + tile * buffer.tile_rows * width,
                          of_tile, {y.data + row * y.stride, y.stride, y.outputs});
      row = next_row;
    }
    weights += size;
  });
}

int64_t PartialsSize(const IndirectionBuffer& buffer) {
  return buffer.tiles() * buffer.tile_rows * kTileVectors * static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>()));
}

int64_t VectorLanes() { return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>())); }

PanelSize SizeOf(int64_t outputs) {
  PanelSize size{};
  WithLanes(outputs, [&](auto d) HWY_ATTR { size = {PanelWidth(d, outputs), static_cast<int64_t>(hn::Lanes(d))}; });
  return size;
}

template <class D>
HWY_INLINE void MultiplyPanelIn(D d, const IndirectionBuffer& buffer, int64_t offset, const float* weights,
                                float* partials, const Epilogue& epilogue, const GemmOutput& y) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto vectors = PanelWidth(d, y.outputs) / lanes;
  if (vectors == 1) return MultiplyPanelOf<1>(d, buffer, offset, weights, partials, epilogue, y);
  if constexpr (kVectorsOf<D> > 1)
    if (vectors == 2) return MultiplyPanelOf<2>(d, buffer, offset, weights, partials, epilogue, y);
  if constexpr (kVectorsOf<D> > 2) {
    if (vectors == 3) return MultiplyPanelOf<3>(d, buffer, offset, weights, partials, epilogue, y);
    return MultiplyPanelOf<4>(d, buffer, offset, weights, partials, epilogue, y);
  }
}

void MultiplyPanel(int64_t outputs, const IndirectionBuffer& buffer, int64_t offset, const float* weights,
                   float* partials, const Epilogue& epilogue, const GemmOutput& y) {
  WithLanes(outputs, [&](auto d) HWY_ATTR { MultiplyPanelIn(d, buffer, offset, weights, partials, epilogue, y); });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(VectorLanes);
HWY_EXPORT(SizeOf);
HWY_EXPORT(PartialsSize);
HWY_EXPORT(MultiplyPanel);

int64_t vector_lanes() { return HWY_DYNAMIC_DISPATCH(VectorLanes)(); }

PanelSize panel_size(int64_t outputs) { return HWY_DYNAMIC_DISPATCH(SizeOf)(outputs); }

int64_t partials_size(const IndirectionBuffer& buffer) { return HWY_DYNAMIC_DISPATCH(PartialsSize)(buffer); }

void multiply_panel(int64_t outputs, const IndirectionBuffer& buffer, int64_t offset, const float* weights,
                    float* partials, const Epilogue& epilogue, const GemmOutput& y) {
  HWY_DYNAMIC_DISPATCH(MultiplyPanel)(outputs, buffer, offset, weights, partials, epilogue, y);
  if (needs_activate(epilogue.activation)) activate(epilogue.activation, y.data, buffer.count, y.outputs, y.stride);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
