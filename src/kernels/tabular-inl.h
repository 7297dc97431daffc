// Code shared by the kernels of tabular.h. Included once for each instruction set.
#if defined(RESZOO_KERNELS_TABULAR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_KERNELS_TABULAR_INL_H
#undef RESZOO_KERNELS_TABULAR_INL_H
#else
#define RESZOO_KERNELS_TABULAR_INL_H
#endif

#include <algorithm>

#include "kernels/lanes-inl.h"
#include "kernels/tabular.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The number of columns whose sums stay in the L1 cache.
constexpr int64_t kTile = 1024;

/// Calls `body(tag, index, column)` over all values.
template <typename Body>
HWY_ATTR void ForEachValue(const Rows& rows, const Body& body) {
  for (int64_t tile = 0; tile < rows.width; tile += kTile) {
    const auto end = std::min(tile + kTile, rows.width);
    for (int64_t row = 0; row < rows.count; ++row)
      ForEachVector(tile, end, [&, first = row * rows.width](auto d, int64_t column) HWY_ATTR {
        body(d, first + column, column);
      });
  }
}

/// Returns value * scale where the mask keeps the element, else 0. `number` is the element index of the first lane.
template <class D, class V = hn::Vec<D>>
HWY_ATTR V masked(D d, const DropoutMask& mask, int64_t number, V value) {
  const hn::RebindToUnsigned<D> du;
  // Two rounds of a 32-bit hash (the constants of Wellons's "lowbias32"), each after adding or xoring a key.
  auto x = hn::Iota(du, static_cast<uint32_t>(number) + mask.before);
  for (const uint32_t key : {mask.between, 0u}) {
    x = hn::Xor(x, hn::ShiftRight<16>(x));
    x = hn::Mul(x, hn::Set(du, 0x7feb352dU));
    x = hn::Xor(x, hn::ShiftRight<15>(x));
    x = hn::Mul(x, hn::Set(du, 0x846ca68bU));
    x = hn::Xor(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, key));
  }
  const auto dropped = hn::RebindMask(d, hn::Lt(x, hn::Set(du, mask.threshold)));
  return hn::IfThenZeroElse(dropped, hn::Mul(value, hn::Set(d, mask.scale)));
}

template <class D>
HWY_ATTR void accumulate(D d, float* sum, hn::Vec<D> value) {
  hn::StoreU(hn::Add(hn::LoadU(d, sum), value), d, sum);
}

template <class D>
HWY_ATTR hn::Vec<D> ScaledBiased(D d, const float* y, const Affine& terms, int64_t column) {
  const auto bias = hn::LoadU(d, terms.bias + column);
  const auto value = hn::LoadU(d, y);
  return terms.scale ? hn::MulAdd(value, hn::LoadU(d, terms.scale + column), bias) : hn::Add(value, bias);
}

/// Calls `body(tag, index, index in x, column)` for all values. All members of an output row read the same row of x.
template <typename Body>
HWY_ATTR void ForEachMember(const Rows& rows, int64_t members, const Body& body) {
  const auto width = rows.width / members;
  for (int64_t row = 0; row < rows.count; ++row)
    for (int64_t member = 0; member < members; ++member)
      ForEachValue({.first = 0, .count = 1, .width = width}, [&](auto d, int64_t, int64_t feature) HWY_ATTR {
        const auto column = member * width + feature;
        body(d, row * rows.width + column, row * width + feature, column);
      });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
