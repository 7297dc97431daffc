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

/// Calls `body(tag, row, column)` over all values, whole vectors first.
template <typename Body>
HWY_ATTR void each(const Rows& rows, const Body& body) {
  const Full full;
  const auto lanes = static_cast<int64_t>(hn::Lanes(full));
  for (int64_t row = 0; row < rows.count; ++row) {
    int64_t column = 0;
    for (; column + lanes <= rows.width; column += lanes) body(full, row * rows.width + column, column);
    for (; column < rows.width; ++column) body(One(), row * rows.width + column, column);
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

HWY_ATTR void AddBias(float* y, const float* bias, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, bias + column));
    hn::StoreU(value, d, y + i);
    accumulate(d, sum + column, value);
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

HWY_ATTR void BiasReluDropout(float* y, const float* bias, const DropoutMask& mask, const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;  // a copy: no store to floats can change it
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto sum = hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, bias + column));
    const auto value = hn::IfThenZeroElse(hn::Lt(sum, hn::Zero(d)), sum);
    hn::StoreU(key.threshold == 0 ? value : masked(d, key, origin + i, value), d, y + i);
  });
}

HWY_ATTR void AddResidual(float* y, const float* x, const float* bias, const DropoutMask& mask, float* sum,
                          const Rows& rows) {
  const auto origin = rows.first * rows.width;
  const auto key = mask;  // a copy: no store to floats can change it
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto branch = hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, bias + column));
    const auto kept = key.threshold == 0 ? branch : masked(d, key, origin + i, branch);
    const auto value = hn::Add(hn::LoadU(d, x + i), kept);
    hn::StoreU(value, d, y + i);
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

HWY_ATTR void Gate(float* g, const float* activation, float scale, float* sum, const Rows& rows) {
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto open = hn::Gt(hn::LoadU(d, activation + i), hn::Zero(d));
    const auto value = hn::IfThenElseZero(open, hn::Mul(hn::LoadU(d, g + i), hn::Set(d, scale)));
    hn::StoreU(value, d, g + i);
    accumulate(d, sum + column, value);
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

HWY_EXPORT(AddBias);
HWY_EXPORT(AddSquaredDeviations);
HWY_EXPORT(ScaleShift);
HWY_EXPORT(BiasReluDropout);
HWY_EXPORT(AddResidual);
HWY_EXPORT(DropoutBackward);
HWY_EXPORT(AddColumns);
HWY_EXPORT(Gate);
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

void add_bias(float* y, const float* bias, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddBias)(y, bias, sum, rows);
}

void add_squared_deviations(const float* y, const float* mean, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddSquaredDeviations)(y, mean, sum, rows);
}

void scale_shift(const float* x, const float* scale, const float* shift, bool relu, float* y, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(ScaleShift)(x, scale, shift, relu, y, rows);
}

void bias_relu_dropout(float* y, const float* bias, const DropoutMask& mask, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(BiasReluDropout)(y, bias, mask, rows);
}

void add_residual(float* y, const float* x, const float* bias, const DropoutMask& mask, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(AddResidual)(y, x, bias, mask, sum, rows);
}

void dropout_backward(const float* g, const DropoutMask& mask, float* out, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(DropoutBackward)(g, mask, out, sum, rows);
}

void add_columns(const float* g, float* sum, const Rows& rows) { HWY_DYNAMIC_DISPATCH(AddColumns)(g, sum, rows); }

void gate(float* g, const float* activation, float scale, float* sum, const Rows& rows) {
  HWY_DYNAMIC_DISPATCH(Gate)(g, activation, scale, sum, rows);
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
