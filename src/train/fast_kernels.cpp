#include "train/fast_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/fast_kernels.cpp"
#include <hwy/foreach_target.h>

#include <cmath>

#include "train/fast_kernels-inl.h"

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

HWY_ATTR void DoAffine(const float* y, const Affine& behind, float* out, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = behind_product(d, y + i, behind, column);
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
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
  const auto key =
      mixed(mixed(mixed(seed + odd) + static_cast<uint64_t>(step) * odd) + static_cast<uint64_t>(layer) * odd);
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

}  // namespace reszoo::detail
#endif  // HWY_ONCE
