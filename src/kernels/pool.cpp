#include "kernels/pool.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The input pixels of one output along one side.
struct Window {
  int64_t begin, end;  ///< inside the image
  int64_t counted;     ///< pixels including the padding

  Window(int64_t at, int64_t stride, int64_t padding, int64_t kernel, int64_t size) {
    const auto from = at * stride - padding, to = std::min(from + kernel, size + padding);
    begin = std::max<int64_t>(from, 0);
    end = std::min(to, size);
    counted = to - from;
  }
};

/// Returns a window of an adaptive pool: `outputs` windows cover `size` pixels and may overlap.
Window AdaptiveWindow(int64_t at, int64_t outputs, int64_t size) {
  const auto begin = at * size / outputs, end = ((at + 1) * size + outputs - 1) / outputs;
  return {begin, /*stride=*/1, /*padding=*/0, end - begin, size};
}

Window RowWindow(const PoolShape& s, int64_t row) {
  if (s.adaptive) return AdaptiveWindow(row, s.rows_out, s.rows);
  return {row, s.stride_rows, s.padding_rows, s.kernel_rows, s.rows};
}

Window ColumnWindow(const PoolShape& s, int64_t column) {
  if (s.adaptive) return AdaptiveWindow(column, s.columns_out, s.columns);
  return {column, s.stride_columns, s.padding_columns, s.kernel_columns, s.columns};
}

/// Computes one vector of channels of an output.
template <bool kMaximum, class D>
HWY_ATTR HWY_INLINE void PoolAt(D d, const float* image, const PoolShape& s, const Window& rows, const Window& columns,
                                float scale, float* to) {
  const auto at = [&](int64_t row, int64_t column)
                      HWY_ATTR { return hn::LoadU(d, image + (row * s.columns + column) * s.channels); };
  auto value = kMaximum ? at(rows.begin, columns.begin) : hn::Zero(d);
  for (int64_t row = rows.begin; row < rows.end; ++row)
    for (int64_t column = columns.begin; column < columns.end; ++column) {
      const auto pixel = at(row, column);
      // If the new pixel is NaN, the comparison is false and the NaN is taken; after that it is kept.
      if constexpr (kMaximum) value = hn::IfThenElse(hn::Or(hn::Ge(value, pixel), hn::Ne(value, value)), value, pixel);
      else value = hn::Add(value, pixel);
    }
  hn::StoreU(kMaximum ? value : hn::Mul(value, hn::Set(d, scale)), d, to);
}

template <bool kMaximum>
HWY_ATTR void Pool(const float* x, const PoolShape& s, float* y, int64_t first, int64_t end) {
  for (int64_t row = first; row < end; ++row) {
    const auto* image = x + row / s.rows_out * s.rows * s.columns * s.channels;
    const auto rows = RowWindow(s, row % s.rows_out);
    for (int64_t column = 0; column < s.columns_out; ++column) {
      const auto columns = ColumnWindow(s, column);
      const auto count =
          s.counts_padding ? rows.counted * columns.counted : (rows.end - rows.begin) * (columns.end - columns.begin);
      const auto scale = 1.0f / static_cast<float>(count);
      auto* to = y + (row * s.columns_out + column) * s.channels;
      ForEachVector(0, s.channels, [&](auto d, int64_t c) HWY_ATTR {
        PoolAt<kMaximum>(d, image + c, s, rows, columns, scale, to + c);
      });
    }
  }
}

/// Returns the index of the pixel at `at`, reflected at the border if it is outside of the `size` pixels.
int64_t Mirrored(int64_t at, int64_t size) { return at < 0 ? -at : at < size ? at : 2 * (size - 1) - at; }

HWY_ATTR void Blur(const float* x, const float* filter, const PoolShape& s, float* y, int64_t first, int64_t end) {
  for (int64_t row = first; row < end; ++row) {
    const auto* image = x + row / s.rows_out * s.rows * s.columns * s.channels;
    const auto top = row % s.rows_out * s.stride_rows - s.padding_rows;
    for (int64_t column = 0; column < s.columns_out; ++column) {
      const auto left = column * s.stride_columns - s.padding_columns;
      auto* to = y + (row * s.columns_out + column) * s.channels;
      ForEachVector(0, s.channels, [&](auto d, int64_t c) HWY_ATTR {
        auto sum = hn::Zero(d);
        for (int64_t i = 0; i < s.kernel_rows; ++i) {
          const auto* line = image + Mirrored(top + i, s.rows) * s.columns * s.channels + c;
          for (int64_t j = 0; j < s.kernel_columns; ++j) {
            const auto pixel = hn::LoadU(d, line + Mirrored(left + j, s.columns) * s.channels);
            sum = hn::MulAdd(pixel, hn::Set(d, filter[i * s.kernel_columns + j]), sum);
          }
        }
        hn::StoreU(sum, d, to + c);
      });
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
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Maximum);
HWY_EXPORT(Average);
HWY_EXPORT(Blur);

namespace {

/// Applies the epilogue to output rows [first, end), which are already stored.
void finish_rows(const PoolShape& s, const Epilogue& epilogue, float* y, int64_t first, int64_t end) {
  const auto row = s.columns_out * s.channels;
  auto of_rows = epilogue;
  if (epilogue.residual) of_rows.residual += first * row;
  apply_epilogue(of_rows, y + first * row, (end - first) * s.columns_out, s.channels);
}

}  // namespace

void max_pool(const float* x, const PoolShape& shape, const Epilogue& epilogue, float* y, int64_t first, int64_t end) {
  HWY_DYNAMIC_DISPATCH(Maximum)(x, shape, y, first, end);
  finish_rows(shape, epilogue, y, first, end);
}

void avg_pool(const float* x, const PoolShape& shape, const Epilogue& epilogue, float* y, int64_t first, int64_t end) {
  HWY_DYNAMIC_DISPATCH(Average)(x, shape, y, first, end);
  finish_rows(shape, epilogue, y, first, end);
}

void blur_pool(const float* x, const float* filter, const PoolShape& shape, const Epilogue& epilogue, float* y,
               int64_t first, int64_t end) {
  HWY_DYNAMIC_DISPATCH(Blur)(x, filter, shape, y, first, end);
  finish_rows(shape, epilogue, y, first, end);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
