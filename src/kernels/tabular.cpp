#include "kernels/tabular.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tabular.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <cmath>

#include "kernels/tabular-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void BiasAndSum(const float* y, const float* bias, float* out, double* sum, const Rows& rows) {
  SumColumns(rows, sum, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, bias + column));
    hn::StoreU(value, d, out + i);
    return value;
  });
}

HWY_ATTR void AddSquaredDeviations(const float* y, const float* mean, double* sum, const Rows& rows) {
  SumColumns(rows, sum, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto deviation = hn::Sub(hn::LoadU(d, y + i), hn::LoadU(d, mean + column));
    return hn::Mul(deviation, deviation);
  });
}

HWY_ATTR void Normalize(const float* x, const float* mean, const float* scale, float* out, const Rows& rows) {
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto deviation = hn::Sub(hn::LoadU(d, x + i), hn::LoadU(d, mean + column));
    hn::StoreU(hn::Mul(deviation, hn::LoadU(d, scale + column)), d, out + i);
  });
}

template <class D>
HWY_ATTR hn::Vec<D> Rectified(D d, const float* y, const float* bias) {
  const auto z = hn::Add(hn::LoadU(d, y), hn::LoadU(d, bias));
  return hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z);
}

HWY_ATTR void ReluDropout(const float* y, const float* bias, const DropoutMask& mask, float* out, const Rows& rows) {
  if (mask.threshold == 0) {
    ForEachValue(rows, [&](auto d, int64_t i, int64_t column)
                           HWY_ATTR { hn::StoreU(Rectified(d, y + i, bias + column), d, out + i); });
    return;
  }
  const float scale = mask.scale;
  ForEachMasked(mask, rows, [&](auto d, int64_t i, int64_t column, auto dropped) HWY_ATTR {
    const auto value = hn::Mul(Rectified(d, y + i, bias + column), hn::Set(d, scale));
    hn::StoreU(hn::IfThenZeroElse(dropped, value), d, out + i);
  });
}

HWY_ATTR void AddResidual(const float* y, const float* bias, const float* x, const DropoutMask& mask, float* out,
                          double* sum, const Rows& rows) {
  const auto add = [&](auto d, int64_t i, auto branch) HWY_ATTR {
    const auto value = hn::Add(hn::LoadU(d, x + i), branch);
    hn::StoreU(value, d, out + i);
    return value;
  };
  if (mask.threshold == 0) {
    SumColumns(rows, sum, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
      return add(d, i, hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, bias + column)));
    });
    return;
  }
  const float scale = mask.scale;
  ForEachMasked(mask, rows, [&](auto d, int64_t i, int64_t column, auto dropped) HWY_ATTR {
    const auto branch = hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, bias + column));
    accumulate(d, sum + column, add(d, i, hn::IfThenZeroElse(dropped, hn::Mul(branch, hn::Set(d, scale)))));
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(BiasAndSum);
HWY_EXPORT(AddSquaredDeviations);
HWY_EXPORT(Normalize);
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
    : threshold(static_cast<uint32_t>(std::min(std::round(probability * 65536), 65535.0))),
      scale(threshold > 0 ? static_cast<float>(1 / (1 - probability)) : 1) {
  constexpr uint64_t odd = 0x9e3779b97f4a7c15U;
  const auto key = splitmix64(splitmix64(splitmix64(seed + odd) + static_cast<uint64_t>(step) * odd) +
                              static_cast<uint64_t>(layer) * odd);
  before = static_cast<uint32_t>(key);
  between = static_cast<uint32_t>(key >> 32);
}

void add_bias(const float* y, const float* bias, float* out, double* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(BiasAndSum)(y, bias, out, sum, rows);
}

void add_squared_deviations(const float* y, const float* mean, double* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddSquaredDeviations)(y, mean, sum, rows);
}

void normalize(const float* x, const float* mean, const float* scale, float* out, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(Normalize)(x, mean, scale, out, rows);
}

void relu_dropout(const float* y, const float* bias, const DropoutMask& mask, float* out, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ReluDropout)(y, bias, mask, out, rows);
}

void add_residual(const float* y, const float* bias, const float* x, const DropoutMask& mask, float* out, double* sum,
                  const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddResidual)(y, bias, x, mask, out, sum, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
