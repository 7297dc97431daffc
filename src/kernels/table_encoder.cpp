#include "kernels/table_encoder.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/table_encoder.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <vector>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// Writes the fractions of a column's bins. The operands of minimum and maximum are in the order that passes NaN on.
HWY_ATTR void Fractions(const PiecewiseColumns& to, int64_t column, float x, float* fractions) {
  const auto first = column * to.bins;
  ForEachVector(0, to.bins, [&](auto d, int64_t j) HWY_ATTR {
    const auto line =
        hn::MulAdd(hn::LoadU(d, to.slope + first + j), hn::Set(d, x), hn::LoadU(d, to.offset + first + j));
    const auto above = hn::Max(hn::LoadU(d, to.lower + first + j), line);
    hn::StoreU(hn::Min(hn::LoadU(d, to.upper + first + j), above), d, fractions + j);
  });
}

/// Embeds one value: `begin` bins are entirely below it, and those from `end` on have no part of it.
HWY_ATTR void EmbedValue(const PiecewiseColumns& to, int64_t column, float x, const float* fractions, int64_t begin,
                         int64_t end, float* y) {
  const auto* matrix = to.matrix + column * to.bins * to.width;
  const auto* sums = to.sums + (column * (to.bins + 1) + begin) * to.width;
  const auto first = column * to.width;
  ForEachVector(0, to.width, [&](auto d, int64_t i) HWY_ATTR {
    auto sum = hn::LoadU(d, sums + i);
    for (int64_t j = begin; j < end; ++j)
      sum = hn::MulAdd(hn::Set(d, fractions[j]), hn::LoadU(d, matrix + j * to.width + i), sum);
    if (to.shift) sum = hn::Add(sum, hn::LoadU(d, to.shift + first + i));
    if (to.relu) sum = hn::IfThenZeroElse(hn::Lt(sum, hn::Zero(d)), sum);
    if (to.line) {
      const auto line =
          hn::MulAdd(hn::LoadU(d, to.line + first + i), hn::Set(d, x), hn::LoadU(d, to.line_shift + first + i));
      sum = hn::Add(line, sum);
    }
    hn::StoreU(sum, d, y + first + i);
  });
}

HWY_ATTR void EmbedPiecewise(const PiecewiseColumns& to, const float* x, int64_t x_stride, float* y, int64_t y_stride,
                             int64_t rows) {
  std::vector<float> fractions(static_cast<size_t>(to.bins));
  const auto* of = fractions.data();
  for (int64_t row = 0; row < rows; ++row, x += x_stride, y += y_stride)
    for (int64_t column = 0; column < to.columns; ++column) {
      Fractions(to, column, x[column], fractions.data());
      int64_t begin = 0, end = to.bins;
      while (begin < end && of[begin] == 1) ++begin;
      while (end > begin && of[end - 1] == 0) --end;
      EmbedValue(to, column, x[column], of, begin, end, y);
    }
}

HWY_ATTR void PiecewiseSums(const float* matrix, int64_t bins, int64_t width, float* sums) {
  for (int64_t i = 0; i < width; ++i) sums[i] = 0;
  for (int64_t i = 0; i < bins * width; ++i) sums[width + i] = matrix[i] + sums[i];
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(EmbedPiecewise);
HWY_EXPORT(PiecewiseSums);

void piecewise_sums(const float* matrix, int64_t bins, int64_t width, float* sums) {
  HWY_DYNAMIC_DISPATCH(PiecewiseSums)(matrix, bins, width, sums);
}

void embed_piecewise(const PiecewiseColumns& to, const float* x, int64_t x_stride, float* y, int64_t y_stride,
                     int64_t rows) {
  HWY_DYNAMIC_DISPATCH(EmbedPiecewise)(to, x, x_stride, y, y_stride, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
