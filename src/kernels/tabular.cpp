#include "kernels/tabular.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tabular.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include "kernels/tabular-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void ScaleBias(const float* y, const Affine& terms, float* out, float* sum, const Rows& rows) {
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = ScaledBiased(d, y + i, terms, column);
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

HWY_ATTR void ApplyMemberScale(const float* x, const float* r, int64_t members, float* out, const Rows& rows) {
  ForEachMember(rows, members, [&](auto d, int64_t i, int64_t from, int64_t column) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, x + from), hn::LoadU(d, r + column)), d, out + i);
  });
}

HWY_ATTR void AddSquaredDeviations(const float* y, const float* mean, float* sum, const Rows& rows) {
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto deviation = hn::Sub(hn::LoadU(d, y + i), hn::LoadU(d, mean + column));
    accumulate(d, sum + column, hn::Mul(deviation, deviation));
  });
}

HWY_ATTR void ReluDropout(const float* y, const Affine& terms, const DropoutMask& mask, const float* r, float* out,
                          const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;  // a local copy, which the compiler knows no store changes
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto z = ScaledBiased(d, y + i, terms, column);
    auto value = hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z);
    if (key.threshold != 0) value = masked(d, key, origin + i, value);
    hn::StoreU(r ? hn::Mul(value, hn::LoadU(d, r + column)) : value, d, out + i);
  });
}

HWY_ATTR void AddResidual(const float* y, const Affine& terms, const float* x, const DropoutMask& mask, float* out,
                          float* sum, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    auto branch = ScaledBiased(d, y + i, terms, column);
    if (key.threshold != 0) branch = masked(d, key, origin + i, branch);
    const auto value = hn::Add(hn::LoadU(d, x + i), branch);
    hn::StoreU(value, d, out + i);
    accumulate(d, sum + column, value);
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(ScaleBias);
HWY_EXPORT(ApplyMemberScale);
HWY_EXPORT(AddSquaredDeviations);
HWY_EXPORT(ReluDropout);
HWY_EXPORT(AddResidual);

namespace {

/// The finalizer of SplitMix64: every bit of the result depends on every bit of x.
uint64_t splitmix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace

DropoutMask::DropoutMask(double probability, uint64_t seed, int64_t step, int64_t layer)
    : threshold(static_cast<uint32_t>(std::min(probability * 4294967296.0, 4294967295.0))),
      scale(static_cast<float>(1 / (1 - probability))) {
  constexpr uint64_t odd = 0x9e3779b97f4a7c15U;
  const auto key = splitmix64(splitmix64(splitmix64(seed + odd) + static_cast<uint64_t>(step) * odd) +
                              static_cast<uint64_t>(layer) * odd);
  before = static_cast<uint32_t>(key);
  between = static_cast<uint32_t>(key >> 32);
}

void affine(const float* y, const Affine& terms, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ScaleBias)(y, terms, out, sum, rows);
}

void apply_member_scale(const float* x, const float* r, int64_t members, float* out, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ApplyMemberScale)(x, r, members, out, rows);
}

void add_squared_deviations(const float* y, const float* mean, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddSquaredDeviations)(y, mean, sum, rows);
}

void relu_dropout(const float* y, const Affine& terms, const DropoutMask& mask, const float* r, float* out,
                  const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluDropout)(y, terms, mask, r, out, rows);
}

void add_residual(const float* y, const Affine& terms, const float* x, const DropoutMask& mask, float* out, float* sum,
                  const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddResidual)(y, terms, x, mask, out, sum, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
