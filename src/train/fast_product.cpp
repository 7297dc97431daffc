#include "train/fast_product.h"

#include <hwy/detect_targets.h>

// A tile is an array of vectors, which those of unknown size cannot be in: such processors
// run the code of their fixed size.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/fast_product.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A tile of c stays in registers, of which AVX-512 has 32.
constexpr int64_t kTileRows = HWY_TARGET <= HWY_AVX3 ? 8 : 4;
constexpr int64_t kTileVectors = 3;

/// Rows of b that are used up before the next: what a tile reads of them stays in cache.
constexpr int64_t kDepth = 256;

/// A tile of `Rows` rows and `Vectors` vectors of columns, with `add` added to what c holds.
template <int64_t Rows, int64_t Vectors, class D>
HWY_ATTR HWY_INLINE void tile(D d, const Factor& a, const float* b, float* c, const ProductShape& shape, bool add) {
  using Vector = hn::Vec<D>;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), stride = shape.columns;
  Vector sums[Rows][Vectors];
  for (int64_t i = 0; i < Rows; ++i)
    for (int64_t v = 0; v < Vectors; ++v) sums[i][v] = add ? hn::LoadU(d, c + i * stride + v * lanes) : hn::Zero(d);
  const auto row_stride = a.row_stride, column_stride = a.column_stride;
  const auto* left = a.data;
  for (int64_t p = 0; p < shape.depth; ++p) {
    Vector right[Vectors];
    for (int64_t v = 0; v < Vectors; ++v) right[v] = hn::LoadU(d, b + v * lanes);
    for (int64_t i = 0; i < Rows; ++i) {
      const auto value = hn::Set(d, left[i * row_stride]);
      for (int64_t v = 0; v < Vectors; ++v) sums[i][v] = hn::MulAdd(value, right[v], sums[i][v]);
    }
    left += column_stride;
    b += stride;
  }
  for (int64_t i = 0; i < Rows; ++i)
    for (int64_t v = 0; v < Vectors; ++v) hn::StoreU(sums[i][v], d, c + i * stride + v * lanes);
}

/// All rows of `Vectors` vectors of columns.
template <int64_t Vectors, class D>
HWY_ATTR void panel(D d, const Factor& a, const float* b, float* c, const ProductShape& shape, bool add) {
  const auto whole = shape.rows - shape.rows % kTileRows;
  for (int64_t row = 0; row < shape.rows; row += row < whole ? kTileRows : 1) {
    const Factor below{a.data + row * a.row_stride, a.row_stride, a.column_stride};
    auto* to = c + row * shape.columns;
    if (row < whole) tile<kTileRows, Vectors>(d, below, b, to, shape, add);
    else tile<1, Vectors>(d, below, b, to, shape, add);
  }
}

/// The columns from `column` on, in vectors of half as many lanes, and half again.
template <class D>
HWY_ATTR void last_panels(D d, const Factor& a, const float* b, float* c, const ProductShape& shape, bool add,
                          int64_t column) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; column + lanes <= shape.columns; column += lanes) panel<1>(d, a, b + column, c + column, shape, add);
  if constexpr (hn::MaxLanes(d) > 1)
    last_panels(hn::CappedTag<float, hn::MaxLanes(d) / 2>(), a, b, c, shape, add, column);
}

HWY_ATTR void Multiply(const Factor& a, const float* b, float* c, const ProductShape& shape) {
  const hn::ScalableTag<float> d;
  const auto wide = kTileVectors * static_cast<int64_t>(hn::Lanes(d));
  for (int64_t depth = 0; depth == 0 || depth < shape.depth; depth += kDepth) {
    const ProductShape part{shape.rows, shape.columns, std::min(kDepth, shape.depth - depth)};
    const Factor behind{a.data + depth * a.column_stride, a.row_stride, a.column_stride};
    const auto* rows = b + depth * shape.columns;
    int64_t column = 0;
    for (; column + wide <= shape.columns; column += wide)
      panel<kTileVectors>(d, behind, rows + column, c + column, part, depth > 0);
    last_panels(d, behind, rows, c, part, depth > 0, column);
  }
}

/// Four rows of four values.
HWY_ATTR HWY_INLINE void transpose_four(const float* from, int64_t stride, float* to, int64_t to_stride) {
  const hn::Full128<float> d;
  const hn::RepartitionToWide<decltype(d)> pairs;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + stride);
  const auto r2 = hn::LoadU(d, from + 2 * stride), r3 = hn::LoadU(d, from + 3 * stride);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)), d, to + to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)), d, to + 2 * to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23)), d, to + 3 * to_stride);
}

HWY_ATTR void Transpose(const float* matrix, int64_t rows, int64_t columns, int64_t first, int64_t last, float* out) {
  constexpr int64_t line = 16;  // rows that fill a cache line of out
  const auto fours = columns - columns % 4;
  for (int64_t top = first; top < last; top += line) {
    const auto end = std::min(top + line, last), whole = end - (end - top) % 4;
    for (int64_t column = 0; column < fours; column += 4)
      for (int64_t row = top; row < whole; row += 4)
        transpose_four(matrix + row * columns + column, columns, out + column * rows + row, rows);
    for (int64_t column = 0; column < columns; ++column)
      for (int64_t row = column < fours ? whole : top; row < end; ++row)
        out[column * rows + row] = matrix[row * columns + column];
  }
}

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(Multiply);
HWY_EXPORT(Transpose);

void multiply(const Factor& a, const float* b, float* c, const ProductShape& shape) {
  HWY_DYNAMIC_DISPATCH(Multiply)(a, b, c, shape);
}

void transpose(const float* matrix, int64_t rows, int64_t columns, int64_t first, int64_t last, float* out) {
  HWY_DYNAMIC_DISPATCH(Transpose)(matrix, rows, columns, first, last, out);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
