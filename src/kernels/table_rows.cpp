#include "kernels/table_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/table_rows.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// Vectors of columns whose sums stay in registers.
constexpr int64_t kSelectedVectors = 6;

/// Floats of the matrix that are used for all rows before the next ones: they stay in a core's own cache.
constexpr int64_t kSelectedFloats = 48 * 1024;

/// Calls `body.template operator()<Vectors>(tag, column)` for all columns: wide tiles first, then narrower ones.
template <int64_t Vectors, class D, class Body>
HWY_ATTR HWY_INLINE void ForEachTile(D d, int64_t column, int64_t width, const Body& body) {
  const auto wide = Vectors * static_cast<int64_t>(hn::Lanes(d));
  for (; column + wide <= width; column += wide) body.template operator()<Vectors>(d, column);
  if constexpr (Vectors > 1) ForEachTile<Vectors / 2>(d, column, width, body);
  else if constexpr (hn::MaxLanes(d) > 1)
    ForEachTile<1>(hn::CappedTag<float, hn::MaxLanes(d) / 2>(), column, width, body);
}

/// Adds `weight` times a row of the matrix.
template <int64_t Vectors, class D>
HWY_ATTR HWY_INLINE void AddRow(D d, float weight, const float* row, RegisterTile<D, 1, Vectors>& sums) {
  AddOuterProduct<D, 1, Vectors>(
      d, [weight](int64_t) { return weight; }, row, sums);
}

/// Adds to one tile of one row of out the columns from `first` to `last`.
template <int64_t Vectors, class D>
HWY_ATTR HWY_INLINE void AddSelected(D d, const SelectedRows& s, const int32_t* index, const float* fraction,
                                     const float* matrix, int64_t width, float* out, int64_t first, int64_t last) {
  RegisterTile<D, 1, Vectors> sums;
  LoadTile<D, 1, Vectors>(d, out, 0, sums);
  int64_t i = first;
  for (; i < std::min(last, s.numbers); ++i) {
    const auto* row = matrix + index[i] * width;
    const float upper = fraction[i];
    AddRow<Vectors>(d, 1 - upper, row, sums);
    AddRow<Vectors>(d, upper, row + width, sums);
  }
  for (; i < last; ++i) {
    const auto* row = matrix + index[i] * width;
    for (int64_t v = 0; v < Vectors; ++v)
      sums[0][v] = hn::Add(sums[0][v], hn::LoadU(d, row + v * static_cast<int64_t>(hn::Lanes(d))));
  }
  StoreTile<D, 1, Vectors>(d, sums, out, 0);
}

/// Returns the end of the columns from `first` on whose rows of the matrix are used together.
int64_t ColumnsTogether(const SelectedRows& s, int64_t first, int64_t width) {
  auto last = first + 1;
  while (last < s.columns && (s.starts[last + 1] - s.starts[first]) * width <= kSelectedFloats) ++last;
  return last;
}

HWY_ATTR void AddSelectedRows(const SelectedRows& selected, const float* matrix, float* out, int64_t width) {
  const auto s = selected;  // a local copy, which the compiler knows no store changes
  for (int64_t first = 0; first < s.columns;) {
    const auto last = ColumnsTogether(s, first, width);
    for (int64_t row = 0; row < s.rows; ++row) {
      auto* to = out + row * width;
      ForEachTile<kSelectedVectors>(
          hn::ScalableTag<float>(), 0, width, [&]<int64_t Vectors>(auto d, int64_t column) HWY_ATTR {
            AddSelected<Vectors>(d, s, s.index + row * s.columns, s.fraction + row * s.numbers, matrix + column, width,
                                 to + column, first, last);
          });
    }
    first = last;
  }
}

/// The gradient of one tile of the rows of a number's knots. Each row of g adds to two of them.
template <int64_t Vectors, class D>
HWY_ATTR HWY_INLINE void KnotsBackward(D d, const SelectedRows& s, int64_t number, const float* g, float* gradient,
                                       int64_t width) {
  RegisterTile<D, 1, Vectors> sums, next;
  ClearTile<D, 1, Vectors>(d, sums);
  for (int64_t knot = s.starts[number]; knot < s.starts[number + 1]; ++knot) {
    ClearTile<D, 1, Vectors>(d, next);
    for (int64_t place = s.begins[knot]; place < s.begins[knot + 1]; ++place) {
      const auto* row = g + s.order[place] * width;
      const float upper = s.ordered_fraction[place];
      AddRow<Vectors>(d, 1 - upper, row, sums);
      AddRow<Vectors>(d, upper, row, next);
    }
    StoreTile<D, 1, Vectors>(d, sums, gradient + knot * width, 0);
    for (int64_t v = 0; v < Vectors; ++v) sums[0][v] = next[0][v];
  }
}

/// The gradient of one tile of the rows of a column's categories.
template <int64_t Vectors, class D>
HWY_ATTR HWY_INLINE void CategoriesBackward(D d, const SelectedRows& s, int64_t column, const float* g, float* gradient,
                                            int64_t width) {
  for (int64_t category = s.starts[column]; category < s.starts[column + 1]; ++category) {
    RegisterTile<D, 1, Vectors> sums;
    ClearTile<D, 1, Vectors>(d, sums);
    for (int64_t place = s.begins[category]; place < s.begins[category + 1]; ++place)
      for (int64_t v = 0; v < Vectors; ++v)
        sums[0][v] =
            hn::Add(sums[0][v], hn::LoadU(d, g + s.order[place] * width + v * static_cast<int64_t>(hn::Lanes(d))));
    StoreTile<D, 1, Vectors>(d, sums, gradient + category * width, 0);
  }
}

HWY_ATTR void SelectedRowsBackward(const SelectedRows& selected, const float* g, float* gradient, int64_t width) {
  const auto s = selected;
  for (int64_t column = 0; column < s.columns; ++column)
    ForEachTile<kSelectedVectors>(hn::ScalableTag<float>(), 0, width, [&]<int64_t Vectors>(auto d, int64_t i) HWY_ATTR {
      if (column < s.numbers) KnotsBackward<Vectors>(d, s, column, g + i, gradient + i, width);
      else CategoriesBackward<Vectors>(d, s, column, g + i, gradient + i, width);
    });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(AddSelectedRows);
HWY_EXPORT(SelectedRowsBackward);

void add_selected_rows(const SelectedRows& selected, const float* matrix, float* out, int64_t width) {
  HWY_DYNAMIC_DISPATCH(AddSelectedRows)(selected, matrix, out, width);
}

void selected_rows_backward(const SelectedRows& selected, const float* g, float* gradient, int64_t width) {
  HWY_DYNAMIC_DISPATCH(SelectedRowsBackward)(selected, g, gradient, width);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
