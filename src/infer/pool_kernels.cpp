#include "infer/pool_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "infer/pool_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// The pixels that one output sees along one side.
struct Window {
  int64_t begin, end;  ///< within the input
  int64_t counted;     ///< with those of the padding

  Window(int64_t at, int64_t stride, int64_t padding, int64_t kernel, int64_t size) {
    const auto from = at * stride - padding, to = std::min(from + kernel, size + padding);
    begin = std::max<int64_t>(from, 0);
    end = std::min(to, size);
    counted = to - from;
  }
};

/// One vector, or one number, of an output.
template <bool kMaximum, class D>
HWY_ATTR HWY_INLINE void PoolAt(D d, const float* image, const PoolShape& s, const Window& rows, const Window& columns,
                                float scale, float* to) {
  const auto at = [&](int64_t row, int64_t column)
                      HWY_ATTR { return hn::LoadU(d, image + (row * s.columns + column) * s.channels); };
  auto value = kMaximum ? at(rows.begin, columns.begin) : hn::Zero(d);
  for (int64_t row = rows.begin; row < rows.end; ++row)
    for (int64_t column = columns.begin; column < columns.end; ++column) {
      const auto pixel = at(row, column);
      // A nan, which no comparison holds for, is taken and then kept.
      if constexpr (kMaximum)
        value = hn::IfThenElse(hn::Or(hn::Ge(value, pixel), hn::Ne(value, value)), value, pixel);
      else
        value = hn::Add(value, pixel);
    }
  hn::StoreU(kMaximum ? value : hn::Mul(value, hn::Set(d, scale)), d, to);
}

template <bool kMaximum>
HWY_ATTR void Pool(const float* x, const PoolShape& s, float* y, int64_t first, int64_t end) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = first; row < end; ++row) {
    const auto* image = x + row / s.rows_out * s.rows * s.columns * s.channels;
    const Window rows(row % s.rows_out, s.stride_rows, s.padding_rows, s.kernel_rows, s.rows);
    for (int64_t column = 0; column < s.columns_out; ++column) {
      const Window columns(column, s.stride_columns, s.padding_columns, s.kernel_columns, s.columns);
      const auto count =
          s.counts_padding ? rows.counted * columns.counted : (rows.end - rows.begin) * (columns.end - columns.begin);
      const auto scale = 1.0f / static_cast<float>(count);
      auto* to = y + (row * s.columns_out + column) * s.channels;
      int64_t c = 0;
      for (; c + lanes <= s.channels; c += lanes) PoolAt<kMaximum>(d, image + c, s, rows, columns, scale, to + c);
      for (; c < s.channels; ++c) PoolAt<kMaximum>(one, image + c, s, rows, columns, scale, to + c);
    }
  }
}

HWY_ATTR void Maximum(const float* x, const PoolShape& s, float* y, int64_t first, int64_t end) {
  Pool<true>(x, s, y, first, end);
}

HWY_ATTR void Average(const float* x, const PoolShape& s, float* y, int64_t first, int64_t end) {
  Pool<false>(x, s, y, first, end);
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(Maximum);
HWY_EXPORT(Average);

void pool_maximum(const float* x, const PoolShape& shape, float* y, int64_t first, int64_t end) {
  HWY_DYNAMIC_DISPATCH(Maximum)(x, shape, y, first, end);
}

void pool_average(const float* x, const PoolShape& shape, float* y, int64_t first, int64_t end) {
  HWY_DYNAMIC_DISPATCH(Average)(x, shape, y, first, end);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
