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

/// Columns c and c + 16 of each 32 share the bits of one hash: the lower and the upper 16.
constexpr int64_t kPair = 16;

/// Returns the hashes of the words from `number` on, one for each lane.
template <class D>
HWY_ATTR HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> HashOf(D, const DropoutMask& mask, uint32_t number) {
  const hn::RebindToUnsigned<D> du;
  // Two rounds of a 32-bit hash (the constants of Wellons's "lowbias32"), each after adding or xoring a key.
  auto x = hn::Iota(du, number + mask.before);
  for (const uint32_t key : {mask.between, 0u}) {
    x = hn::Xor(x, hn::ShiftRight<16>(x));
    x = hn::Mul(x, hn::Set(du, 0x7feb352dU));
    x = hn::Xor(x, hn::ShiftRight<15>(x));
    x = hn::Mul(x, hn::Set(du, 0x846ca68bU));
    x = hn::Xor(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, key));
  }
  return x;
}

/// Returns where 16 bits are below the threshold.
template <class D, class U>
HWY_ATTR HWY_INLINE hn::Mask<D> IsDropped(D d, const DropoutMask& mask, U bits) {
  const hn::RebindToSigned<D> di;
  return hn::RebindMask(d, hn::Lt(hn::BitCast(di, bits), hn::Set(di, static_cast<int32_t>(mask.threshold))));
}

/// Calls `body(tag, index, column, which lanes are dropped)` for the columns of a row. `word` is the number of its
/// first hash, `first` the index of its first value.
template <class Body>
HWY_ATTR HWY_INLINE void ForEachMaskedOfRow(const DropoutMask& mask, uint32_t word, int64_t first, int64_t width,
                                            const Body& body) {
  const hn::CappedTag<float, kPair> d;
  const hn::CappedTag<float, 1> one;
  int64_t column = 0;
  for (; column + 2 * kPair <= width; column += 2 * kPair, word += kPair)
    for (int64_t lane = 0; lane < kPair; lane += static_cast<int64_t>(hn::Lanes(d))) {
      const auto x = HashOf(d, mask, word + static_cast<uint32_t>(lane));
      const hn::RebindToUnsigned<decltype(d)> du;
      const auto low = column + lane, high = low + kPair;
      body(d, first + low, low, IsDropped(d, mask, hn::And(x, hn::Set(du, 0xffffU))));
      body(d, first + high, high, IsDropped(d, mask, hn::ShiftRight<16>(x)));
    }
  for (int64_t rest = 0; column + rest < width; ++rest) {
    auto x = HashOf(one, mask, word + static_cast<uint32_t>(rest % kPair));
    x = rest < kPair ? hn::And(x, hn::Set(hn::RebindToUnsigned<decltype(one)>(), 0xffffU)) : hn::ShiftRight<16>(x);
    body(one, first + column + rest, column + rest, IsDropped(one, mask, x));
  }
}

/// The same for all rows.
template <class Body>
HWY_ATTR void ForEachMasked(const DropoutMask& mask, const Rows& rows, const Body& body) {
  const auto key = mask;  // a local copy, which the compiler knows no store changes
  const auto words = static_cast<uint32_t>((rows.width + 2 * kPair - 1) / (2 * kPair) * kPair);
  for (int64_t row = 0; row < rows.count; ++row) {
    const auto number = static_cast<uint32_t>((rows.first + row) * rows.members + rows.member);
    ForEachMaskedOfRow(key, number * words, row * rows.width, rows.width, body);
  }
}

/// sum += the sum over rows [first, last) of what `body(row)` returns, for the columns of a vector.
template <class D, class Body>
HWY_ATTR HWY_INLINE void AddRows(D d, int64_t first, int64_t last, double* sum, const Body& body) {
  if constexpr (hn::MaxLanes(d) == 1) {
    for (int64_t row = first; row < last; ++row) *sum += static_cast<double>(hn::GetLane(body(row)));
  } else {
#if HWY_TARGET != HWY_SCALAR  // which has no halves
    const hn::Repartition<double, D> wide;
    const hn::Half<D> half;
    auto* upper = sum + hn::Lanes(wide);
    auto low = hn::LoadU(wide, sum), high = hn::LoadU(wide, upper);
    for (int64_t row = first; row < last; ++row) {
      const auto value = body(row);
      low = hn::Add(low, hn::PromoteTo(wide, hn::LowerHalf(half, value)));
      high = hn::Add(high, hn::PromoteTo(wide, hn::UpperHalf(half, value)));
    }
    hn::StoreU(low, wide, sum);
    hn::StoreU(high, wide, upper);
#endif
  }
}

template <class D>
HWY_ATTR HWY_INLINE void accumulate(D d, double* sum, hn::Vec<D> value) {
  AddRows(d, 0, 1, sum, [&](int64_t) HWY_ATTR { return value; });
}

/// sum += the sum over the rows of what `body(tag, index, column)` returns.
///
/// The sum of a few rows stays in registers, so that it is not stored for each row. It is a float64: the gradient of a
/// bias before a norm is 0 but for rounding errors, which in float32 would be larger than those of the modules.
template <class Body>
HWY_ATTR void SumColumns(const Rows& rows, double* sum, const Body& body) {
  constexpr int64_t block = 16;
  for (int64_t first = 0; first < rows.count; first += block) {
    const auto last = std::min(first + block, rows.count);
    ForEachVector(0, rows.width, [&](auto d, int64_t column) HWY_ATTR {
      AddRows(d, first, last, sum + column,
              [&](int64_t row) HWY_ATTR { return body(d, row * rows.width + column, column); });
    });
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
