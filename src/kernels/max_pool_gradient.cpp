#include "kernels/max_pool_gradient.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/max_pool_gradient.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/bfloat16-inl.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

template <typename Value>
HWY_ATTR void Forward(const Value* x, const PoolShape& s, Value* y, uint8_t* places, int64_t first, int64_t end) {
  for (int64_t line = first; line < end; ++line) {
    const auto* image = x + line / s.rows_out * s.rows * s.columns * s.channels;
    const auto top = line % s.rows_out * s.stride_rows - s.padding_rows;
    for (int64_t at = 0; at < s.columns_out; ++at) {
      const auto left = at * s.stride_columns - s.padding_columns, to = (line * s.columns_out + at) * s.channels;
      const auto i0 = std::max<int64_t>(-top, 0), i1 = std::min(s.kernel_rows, s.rows - top);
      const auto j0 = std::max<int64_t>(-left, 0), j1 = std::min(s.kernel_columns, s.columns - left);
      ForEachVector(0, s.channels, [&](auto d, int64_t c) HWY_ATTR {
        const hn::RebindToSigned<decltype(d)> integers;
        const auto* window = image + (top * s.columns + left) * s.channels + c;
        const auto pixel = [&](int64_t i, int64_t j)
                               HWY_ATTR { return LoadFloats(d, window + (i * s.columns + j) * s.channels); };
        auto most = pixel(i0, j0);
        auto place = hn::Set(integers, static_cast<int32_t>(i0 * s.kernel_columns + j0));
        for (auto i = i0; i < i1; ++i)
          for (auto j = j0; j < j1; ++j) {
            const auto value = pixel(i, j);
            // Of NaN the first one is taken and kept.
            const auto taken = hn::AndNot(hn::Ne(most, most), hn::Not(hn::Ge(most, value)));
            most = hn::IfThenElse(taken, value, most);
            place = hn::IfThenElse(hn::RebindMask(integers, taken),
                                   hn::Set(integers, static_cast<int32_t>(i * s.kernel_columns + j)), place);
          }
        StoreFloats(d, most, y + to + c);
        const hn::Rebind<uint8_t, decltype(d)> bytes;
        hn::StoreU(hn::DemoteTo(bytes, place), bytes, places + to + c);
      });
    }
  }
}

/// The windows that a pixel belongs to, along one side.
struct Windows {
  int64_t first, end;

  Windows(int64_t pixel, int64_t kernel, int64_t stride, int64_t padding, int64_t count)
      : first(pixel + padding < kernel ? 0 : (pixel + padding - kernel) / stride + 1),
        end(std::min((pixel + padding) / stride + 1, count)) {}
};

template <typename Value>
HWY_ATTR void Backward(const Value* g, const uint8_t* places, const PoolShape& s, Value* gradient, int64_t first,
                       int64_t end) {
  for (int64_t line = first; line < end; ++line) {
    const auto row = line % s.rows, image = line / s.rows * s.rows_out;
    const Windows rows(row, s.kernel_rows, s.stride_rows, s.padding_rows, s.rows_out);
    for (int64_t column = 0; column < s.columns; ++column) {
      const Windows columns(column, s.kernel_columns, s.stride_columns, s.padding_columns, s.columns_out);
      auto* to = gradient + (line * s.columns + column) * s.channels;
      ForEachVector(0, s.channels, [&](auto d, int64_t c) HWY_ATTR {
        const hn::RebindToSigned<decltype(d)> integers;
        const hn::Rebind<uint8_t, decltype(d)> bytes;
        auto sum = hn::Zero(d);
        for (auto i = rows.first; i < rows.end; ++i)
          for (auto j = columns.first; j < columns.end; ++j) {
            const auto from = ((image + i) * s.columns_out + j) * s.channels + c;
            const auto here = (row + s.padding_rows - i * s.stride_rows) * s.kernel_columns + column +
                              s.padding_columns - j * s.stride_columns;
            const auto place = hn::PromoteTo(integers, hn::LoadU(bytes, places + from));
            const auto is_here = hn::Eq(place, hn::Set(integers, static_cast<int32_t>(here)));
            sum = hn::Add(sum, hn::IfThenElseZero(hn::RebindMask(d, is_here), LoadFloats(d, g + from)));
          }
        StoreFloats(d, sum, to + c);
      });
    }
  }
}

template <typename Value>
const MaxPoolKernels<Value>* KernelsOf() {
  static constexpr MaxPoolKernels<Value> kernels{&Forward<Value>, &Backward<Value>};
  return &kernels;
}

const MaxPoolKernels<float>* OfFloats() { return KernelsOf<float>(); }
const MaxPoolKernels<uint16_t>* OfBfloat16() { return KernelsOf<uint16_t>(); }

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(OfFloats);
HWY_EXPORT(OfBfloat16);

template <>
const MaxPoolKernels<float>& max_pool_kernels() {
  return *HWY_DYNAMIC_DISPATCH(OfFloats)();
}
template <>
const MaxPoolKernels<uint16_t>& max_pool_kernels() {
  return *HWY_DYNAMIC_DISPATCH(OfBfloat16)();
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
