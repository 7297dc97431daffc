#include "kernels/gemm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The size of the register tile of c. Fewer rows and more vectors, as for packed weights, are up to 16 % slower here:
/// when there are few columns, more columns are left over for narrow tiles, and when the number of rows is a power of
/// two, more rows are left over for single-row tiles.
constexpr int64_t kRows = HWY_TARGET <= HWY_AVX3 ? 8 : 4;
constexpr int64_t kVectors = 3;

/// The number of rows of b that are used completely before the next ones, so that the part that a tile reads stays in
/// the cache.
constexpr int64_t kDepth = 128;

/// Computes a tile of `Rows` rows and `Vectors` vectors of columns. The stride of c is given.
template <int64_t Rows, int64_t Vectors, class D>
HWY_INLINE void MultiplyTile(D d, const Factor& a, const float* b, float* c, const ProductShape& shape) {
  RegisterTile<D, Rows, Vectors> sums;
  if (shape.add) LoadTile(d, c, shape.stride, sums);
  else ClearTile(d, sums);
  const auto row_stride = a.row_stride;
  const auto* left = a.data;
  for (int64_t k = 0; k < shape.depth; ++k, left += a.column_stride, b += shape.b_stride)
    AddOuterProduct(
        d, [&](int64_t r) { return left[r * row_stride]; }, b, sums);
  StoreTile(d, sums, c, shape.stride);
}

/// Computes all rows of `Vectors` vectors of columns.
template <int64_t Vectors, class D>
HWY_ATTR void MultiplyColumns(D d, const Factor& a, const float* b, float* c, const ProductShape& shape) {
  const auto whole = shape.rows - shape.rows % kRows;
  for (int64_t row = 0; row < shape.rows; row += row < whole ? kRows : 1) {
    const Factor rows_of_a{a.data + row * a.row_stride, a.row_stride, a.column_stride};
    auto* to = c + row * shape.stride;
    if (row < whole) MultiplyTile<kRows, Vectors>(d, rows_of_a, b, to, shape);
    else MultiplyTile<1, Vectors>(d, rows_of_a, b, to, shape);
  }
}

/// Computes the columns from `column` on, halving the vector width as often as needed.
template <class D>
HWY_ATTR void MultiplyLastColumns(D d, const Factor& a, const float* b, float* c, const ProductShape& shape,
                                  int64_t column) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; column + lanes <= shape.columns; column += lanes) MultiplyColumns<1>(d, a, b + column, c + column, shape);
  if constexpr (hn::MaxLanes(d) > 1)
    MultiplyLastColumns(hn::CappedTag<float, hn::MaxLanes(d) / 2>(), a, b, c, shape, column);
}

HWY_ATTR void Multiply(const Factor& a, const float* b, float* c, const ProductShape& shape) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), wide = kVectors * lanes;
  const auto stride = shape.stride > 0 ? shape.stride : shape.columns;
  const auto b_stride = shape.b_stride > 0 ? shape.b_stride : shape.columns;
  for (int64_t depth = 0; depth == 0 || depth < shape.depth; depth += kDepth) {
    const bool add = shape.add || depth > 0;
    const ProductShape part{shape.rows, shape.columns, std::min(kDepth, shape.depth - depth), add, stride, b_stride};
    const Factor part_of_a{a.data + depth * a.column_stride, a.row_stride, a.column_stride};
    const auto* rows = b + depth * b_stride;
    int64_t column = 0;
    for (; column + wide <= shape.columns; column += wide)
      MultiplyColumns<kVectors>(d, part_of_a, rows + column, c + column, part);
    for (; column + 2 * lanes <= shape.columns; column += 2 * lanes)
      MultiplyColumns<2>(d, part_of_a, rows + column, c + column, part);
    MultiplyLastColumns(d, part_of_a, rows, c, part, column);
  }
}

HWY_ATTR void MultiplyFewColumns(const float* a, const float* b, const float* bias, float* c,
                                 const ProductShape& shape) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d)), whole = shape.depth - shape.depth % lanes;
  const auto stride = shape.stride > 0 ? shape.stride : shape.columns;
  for (int64_t row = 0; row < shape.rows; ++row)
    for (int64_t column = 0; column < shape.columns; ++column) {
      const auto *left = a + row * shape.depth, *right = b + column * shape.depth;
      auto sums = hn::Zero(d);
      for (int64_t k = 0; k < whole; k += lanes)
        sums = hn::MulAdd(hn::LoadU(d, left + k), hn::LoadU(d, right + k), sums);
      float sum = hn::GetLane(hn::SumOfLanes(d, sums)) + bias[column];
      for (int64_t k = whole; k < shape.depth; ++k) sum += left[k] * right[k];
      c[row * stride + column] = sum;
    }
}

/// Transposes a 4 x 4 block.
HWY_ATTR HWY_INLINE void TransposeFour(const float* from, int64_t stride, float* to, int64_t to_stride) {
#if HWY_TARGET == HWY_SCALAR  // vectors of one lane: nothing to interleave
  for (int64_t row = 0; row < 4; ++row)
    for (int64_t column = 0; column < 4; ++column) to[column * to_stride + row] = from[row * stride + column];
#else
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
#endif  // HWY_TARGET == HWY_SCALAR
}

HWY_ATTR void Transpose(const float* matrix, int64_t rows, int64_t columns, int64_t first, int64_t last, float* out) {
  constexpr int64_t line = 16;  // rows of the matrix that fill a cache line of out
  const auto fours = columns - columns % 4;
  for (int64_t top = first; top < last; top += line) {
    const auto end = std::min(top + line, last), whole = end - (end - top) % 4;
    for (int64_t column = 0; column < fours; column += 4)
      for (int64_t row = top; row < whole; row += 4)
        TransposeFour(matrix + row * columns + column, columns, out + column * rows + row, rows);
    for (int64_t column = 0; column < columns; ++column)
      for (int64_t row = column < fours ? whole : top; row < end; ++row)
        out[column * rows + row] = matrix[row * columns + column];
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Multiply);
HWY_EXPORT(MultiplyFewColumns);
HWY_EXPORT(Transpose);

void multiply(const Factor& a, const float* b, float* c, const ProductShape& shape) {
  HWY_DYNAMIC_DISPATCH(Multiply)(a, b, c, shape);
}

void multiply_few_columns(const float* a, const float* b, const float* bias, float* c, const ProductShape& shape) {
  HWY_DYNAMIC_DISPATCH(MultiplyFewColumns)(a, b, bias, c, shape);
}

void transpose(const float* matrix, int64_t rows, int64_t columns, int64_t first, int64_t last, float* out) {
  HWY_DYNAMIC_DISPATCH(Transpose)(matrix, rows, columns, first, last, out);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
