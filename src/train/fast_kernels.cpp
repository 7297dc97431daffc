#include "train/fast_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/fast_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Full = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;

/// Columns whose sums stay in the nearest cache.
constexpr int64_t kTile = 1024;

/// Calls `body(tag, index, column)` over all values, whole vectors first.
template <typename Body>
HWY_ATTR void each(const Rows& rows, const Body& body) {
  const Full full;
  const auto lanes = static_cast<int64_t>(hn::Lanes(full));
  for (int64_t tile = 0; tile < rows.width; tile += kTile) {
    const auto end = std::min(tile + kTile, rows.width);
    for (int64_t row = 0; row < rows.count; ++row) {
      int64_t column = tile;
      for (; column + lanes <= end; column += lanes) body(full, row * rows.width + column, column);
      for (; column < end; ++column) body(One(), row * rows.width + column, column);
    }
  }
}

/// value where the mask keeps it, scaled, else 0. `number` is that of the first lane.
template <class D, class V = hn::Vec<D>>
HWY_ATTR V masked(D d, const DropoutMask& mask, int64_t number, V value) {
  const hn::RebindToUnsigned<D> du;
  // Two rounds of a hash of 32 bits (constants of Wellons, "lowbias32") with a key before each.
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
HWY_ATTR hn::Vec<D> behind_product(D d, const float* y, const Affine& behind, int64_t column) {
  const auto bias = hn::LoadU(d, behind.bias + column);
  const auto value = hn::LoadU(d, y);
  return behind.scale ? hn::MulAdd(value, hn::LoadU(d, behind.scale + column), bias) : hn::Add(value, bias);
}

HWY_ATTR void DoAffine(const float* y, const Affine& behind, float* out, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = behind_product(d, y + i, behind, column);
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

/// `body(tag, index, index of x, column)`: rows of x lie under each member's part of a row.
template <typename Body>
HWY_ATTR void each_member(const Rows& rows, int64_t members, const Body& body) {
  const auto width = rows.width / members;
  for (int64_t row = 0; row < rows.count; ++row)
    for (int64_t member = 0; member < members; ++member)
      each({.first = 0, .count = 1, .width = width}, [&](auto d, int64_t, int64_t feature) HWY_ATTR {
        const auto column = member * width + feature;
        body(d, row * rows.width + column, row * width + feature, column);
      });
}

HWY_ATTR void Spread(const float* x, const float* r, int64_t members, float* out, const Rows& rows) {
  each_member(rows, members, [&](auto d, int64_t i, int64_t from, int64_t column) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, x + from), hn::LoadU(d, r + column)), d, out + i);
  });
}

HWY_ATTR void AddSquaredDeviations(const float* y, const float* mean, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto deviation = hn::Sub(hn::LoadU(d, y + i), hn::LoadU(d, mean + column));
    accumulate(d, sum + column, hn::Mul(deviation, deviation));
  });
}

HWY_ATTR void ScaleShift(const float* x, const float* scale, const float* shift, bool relu, float* y,
                         const Rows& rows) {
  // -inf lets every number through, but not a nan, which no comparison is true of.
  const float least = relu ? 0.0f : -HUGE_VALF;
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = hn::MulAdd(hn::LoadU(d, x + i), hn::LoadU(d, scale + column), hn::LoadU(d, shift + column));
    const auto low = hn::Lt(value, hn::Set(d, least));
    hn::StoreU(hn::IfThenElse(low, hn::Set(d, least), value), d, y + i);
  });
}

HWY_ATTR void ReluDropout(const float* y, const Affine& behind, const DropoutMask& mask, const float* r, float* out,
                          const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;  // a copy: no store to floats can change it
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto z = behind_product(d, y + i, behind, column);
    auto value = hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z);
    if (key.threshold != 0) value = masked(d, key, origin + i, value);
    hn::StoreU(r ? hn::Mul(value, hn::LoadU(d, r + column)) : value, d, out + i);
  });
}

HWY_ATTR void AddResidual(const float* y, const Affine& behind, const float* x, const DropoutMask& mask, float* out,
                          float* sum, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    auto branch = behind_product(d, y + i, behind, column);
    if (key.threshold != 0) branch = masked(d, key, origin + i, branch);
    const auto value = hn::Add(hn::LoadU(d, x + i), branch);
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void DropoutBackward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;  // a copy: no store to floats can change it
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = masked(d, key, origin + i, hn::LoadU(d, g + i));
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void AddColumns(const float* g, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR { accumulate(d, sum + column, hn::LoadU(d, g + i)); });
}

HWY_ATTR void Gate(const float* g, const float* activation, float scale, float* out, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto open = hn::Gt(hn::LoadU(d, activation + i), hn::Zero(d));
    const auto value = hn::IfThenElseZero(open, hn::Mul(hn::LoadU(d, g + i), hn::Set(d, scale)));
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void AffineBackward(const float* g, const float* y, const float* scale, const DropoutMask& mask, float* out,
                             const MemberSums& sums, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    auto value = hn::LoadU(d, g + i);
    if (key.threshold != 0) value = masked(d, key, origin + i, value);
    accumulate(d, sums.bias + column, value);
    accumulate(d, sums.scale + column, hn::Mul(value, hn::LoadU(d, y + i)));
    hn::StoreU(hn::Mul(value, hn::LoadU(d, scale + column)), d, out + i);
  });
}

HWY_ATTR void ReluDropoutBackward(float* g, const float* y, const Affine& behind, const DropoutMask& mask,
                                  const float* r, const MemberSums& sums, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto z = behind_product(d, y + i, behind, column);
    const auto open = hn::Gt(z, hn::Zero(d));
    // The factor by which z came out: 0 or the mask's scale.
    auto factor = hn::IfThenElseZero(open, hn::Set(d, 1.0f));
    if (key.threshold != 0) factor = masked(d, key, origin + i, factor);
    const auto behind_r = hn::LoadU(d, g + i);
    accumulate(d, sums.r + column, hn::Mul(behind_r, hn::Mul(z, factor)));
    const auto value = hn::Mul(hn::Mul(behind_r, hn::LoadU(d, r + column)), factor);
    accumulate(d, sums.bias + column, value);
    accumulate(d, sums.scale + column, hn::Mul(value, hn::LoadU(d, y + i)));
    hn::StoreU(hn::Mul(value, hn::LoadU(d, behind.scale + column)), d, g + i);
  });
}

HWY_ATTR void SpreadBackward(const float* g, const float* x, const float* r, int64_t members, float* out, float* sum,
                             const Rows& rows) {
  if (out) std::fill_n(out, rows.count * rows.width / members, 0.0f);
  each_member(rows, members, [&](auto d, int64_t i, int64_t from, int64_t column) HWY_ATTR {
    const auto gradient = hn::LoadU(d, g + i);
    accumulate(d, sum + column, hn::Mul(gradient, hn::LoadU(d, x + from)));
    if (out) accumulate(d, out + from, hn::Mul(gradient, hn::LoadU(d, r + column)));
  });
}

HWY_ATTR void AddProducts(const float* g, const float* x, const float* mean, float* sum, float* product,
                          const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto gradient = hn::LoadU(d, g + i);
    const auto deviation = hn::Sub(hn::LoadU(d, x + i), hn::LoadU(d, mean + column));
    accumulate(d, sum + column, gradient);
    hn::StoreU(hn::MulAdd(gradient, deviation, hn::LoadU(d, product + column)), d, product + column);
  });
}

HWY_ATTR void NormBackward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                           const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto deviation = hn::Sub(hn::LoadU(d, x + i), hn::LoadU(d, norm.mean + column));
    auto value = hn::MulAdd(deviation, hn::LoadU(d, norm.slope + column), hn::LoadU(d, norm.offset + column));
    value = hn::MulAdd(hn::LoadU(d, g + i), hn::LoadU(d, norm.gain + column), value);
    hn::StoreU(residual ? hn::Add(value, hn::LoadU(d, residual + i)) : value, d, out + i);
  });
}

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(DoAffine);
HWY_EXPORT(Spread);
HWY_EXPORT(AddSquaredDeviations);
HWY_EXPORT(ScaleShift);
HWY_EXPORT(ReluDropout);
HWY_EXPORT(AddResidual);
HWY_EXPORT(DropoutBackward);
HWY_EXPORT(AddColumns);
HWY_EXPORT(Gate);
HWY_EXPORT(AffineBackward);
HWY_EXPORT(ReluDropoutBackward);
HWY_EXPORT(SpreadBackward);
HWY_EXPORT(AddProducts);
HWY_EXPORT(NormBackward);

namespace {

/// The finalizer of SplitMix64: every bit of the result depends on every bit of x.
uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

DropoutMask::DropoutMask(double probability, uint64_t seed, int64_t step, int64_t layer)
    : threshold(static_cast<uint32_t>(std::min(probability * 4294967296.0, 4294967295.0))),
      scale(static_cast<float>(1 / (1 - probability))) {
  constexpr uint64_t odd = 0x9e3779b97f4a7c15U;
  const auto key = mixed(mixed(mixed(seed + odd) + static_cast<uint64_t>(step) * odd) + static_cast<uint64_t>(layer) * odd);
  before = static_cast<uint32_t>(key);
  between = static_cast<uint32_t>(key >> 32);
}

void affine(const float* y, const Affine& behind, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(DoAffine)(y, behind, out, sum, rows);
}

void spread(const float* x, const float* r, int64_t members, float* out, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(Spread)(x, r, members, out, rows);
}

void add_squared_deviations(const float* y, const float* mean, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddSquaredDeviations)(y, mean, sum, rows);
}

void scale_shift(const float* x, const float* scale, const float* shift, bool relu, float* y, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ScaleShift)(x, scale, shift, relu, y, rows);
}

void relu_dropout(const float* y, const Affine& behind, const DropoutMask& mask, const float* r, float* out,
                  const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluDropout)(y, behind, mask, r, out, rows);
}

void add_residual(const float* y, const Affine& behind, const float* x, const DropoutMask& mask, float* out, float* sum,
                  const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddResidual)(y, behind, x, mask, out, sum, rows);
}

void dropout_backward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(DropoutBackward)(g, mask, out, sum, rows);
}

void add_columns(const float* g, float* sum, const Rows& rows) { HWY_DYNAMIC_DISPATCH(AddColumns)(g, sum, rows); }

void gate(const float* g, const float* activation, float scale, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(Gate)(g, activation, scale, out, sum, rows);
}

void affine_backward(const float* g, const float* y, const float* scale, const DropoutMask& mask, float* out,
                     const MemberSums& sums, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AffineBackward)(g, y, scale, mask, out, sums, rows);
}

void relu_dropout_backward(float* g, const float* y, const Affine& behind, const DropoutMask& mask, const float* r,
                           const MemberSums& sums, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluDropoutBackward)(g, y, behind, mask, r, sums, rows);
}

void spread_backward(const float* g, const float* x, const float* r, int64_t members, float* out, float* sum,
                     const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(SpreadBackward)(g, x, r, members, out, sum, rows);
}

void add_products(const float* g, const float* x, const float* mean, float* sum, float* product, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddProducts)(g, x, mean, sum, product, rows);
}

void norm_backward(const float* g, const float* x, const NormGradient& norm, const float* residual, float* out,
                   const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(NormBackward)(g, x, norm, residual, out, rows);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
