#include "kernels/batch_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/batch_norm.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <type_traits>

#include "kernels/bfloat16-inl.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The vectors of channels whose sums are in registers together, so that memory is read in order.
constexpr int64_t kTogether = HWY_MAX_BYTES >= 64 ? 4 : 2;

/// Calls `body(tag, column, vectors)` for all channels; the last argument is a constant.
template <typename Body>
HWY_ATTR void ForEachColumns(int64_t channels, const Body& body) {
  const hn::ScalableTag<float> d;
  const auto wide = kTogether * static_cast<int64_t>(hn::Lanes(d));
  int64_t column = 0;
  for (; column + wide <= channels; column += wide) body(d, column, std::integral_constant<int64_t, kTogether>());
  ForEachVector(column, channels,
                [&](auto one, int64_t at) HWY_ATTR { body(one, at, std::integral_constant<int64_t, 1>()); });
}

/// Calls `body(tag, index, column)` over all values, row by row.
template <typename Body>
HWY_ATTR void ForEachValue(const ChannelRows& rows, const Body& body) {
  for (int64_t row = 0; row < rows.count; ++row)
    ForEachVector(0, rows.channels,
                  [&](auto d, int64_t column) HWY_ATTR { body(d, row * rows.channels + column, column); });
}

template <typename Value>
HWY_ATTR void Moments(const Value* x, float* mean, float* squares, const ChannelRows& rows) {
  ForEachColumns(rows.channels, [&](auto d, int64_t column, auto vectors) HWY_ATTR {
    constexpr int64_t kVectors = decltype(vectors)::value;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    hn::Vec<decltype(d)> sums[kVectors], middle[kVectors];
    for (auto& sum : sums) sum = hn::Zero(d);
    for (int64_t row = 0; row < rows.count; ++row)
      for (int64_t v = 0; v < kVectors; ++v)
        sums[v] = hn::Add(sums[v], LoadFloats(d, x + row * rows.channels + column + v * lanes));
    for (int64_t v = 0; v < kVectors; ++v) {
      middle[v] = hn::Mul(sums[v], hn::Set(d, 1.0f / static_cast<float>(rows.count)));
      sums[v] = hn::Zero(d);
    }
    for (int64_t row = 0; row < rows.count; ++row)
      for (int64_t v = 0; v < kVectors; ++v) {
        const auto away = hn::Sub(LoadFloats(d, x + row * rows.channels + column + v * lanes), middle[v]);
        sums[v] = hn::MulAdd(away, away, sums[v]);
      }
    for (int64_t v = 0; v < kVectors; ++v) {
      hn::StoreU(middle[v], d, mean + column + v * lanes);
      hn::StoreU(sums[v], d, squares + column + v * lanes);
    }
  });
}

template <bool kResidual, bool kRelu, typename Value>
HWY_ATTR void ForwardAs(const Value* x, const float* scale, const float* shift, const Value* residual, Value* y,
                        const ChannelRows& rows) {
  ForEachValue(rows, [=](auto d, int64_t i, int64_t column) HWY_ATTR {
    auto value = hn::MulAdd(LoadFloats(d, x + i), hn::LoadU(d, scale + column), hn::LoadU(d, shift + column));
    if constexpr (kResidual) value = hn::Add(value, LoadFloats(d, residual + i));
    if constexpr (kRelu) value = hn::IfThenZeroElse(hn::Lt(value, hn::Zero(d)), value);  // NaN stays NaN
    StoreFloats(d, value, y + i);
  });
}

template <typename Value>
HWY_ATTR void Forward(const Value* x, const float* scale, const float* shift, const Value* residual, bool relu,
                      Value* y, const ChannelRows& rows) {
  if (residual)
    relu ? ForwardAs<true, true>(x, scale, shift, residual, y, rows)
         : ForwardAs<true, false>(x, scale, shift, residual, y, rows);
  else
    relu ? ForwardAs<false, true>(x, scale, shift, residual, y, rows)
         : ForwardAs<false, false>(x, scale, shift, residual, y, rows);
}

template <typename Value>
using Kind = typename ReluMask<Value>::Kind;

template <auto kMask, typename Value, class D, class V = hn::Vec<D>>
HWY_ATTR HWY_INLINE V MaskedGradient(D d, V g, V x, const ReluMask<Value>& mask, int64_t i, int64_t column) {
  if constexpr (kMask == Kind<Value>::none) return g;
  const auto by = kMask == Kind<Value>::from_output
                      ? LoadFloats(d, mask.output + i)
                      : hn::MulAdd(x, hn::LoadU(d, mask.scale + column), hn::LoadU(d, mask.shift + column));
  return hn::IfThenElseZero(hn::Gt(by, hn::Zero(d)), g);
}

template <auto kMask, typename Value>
HWY_ATTR void SumsAs(const Value* g, const Value* x, const ReluMask<Value>& mask, const float* mean, float* sum,
                     float* product, Value* masked, const ChannelRows& rows) {
  const auto by = mask;  // a local copy, which the compiler knows no store changes
  ForEachColumns(rows.channels, [&](auto d, int64_t first, auto vectors) HWY_ATTR {
    constexpr int64_t kVectors = decltype(vectors)::value;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    hn::Vec<decltype(d)> sums[kVectors], products[kVectors];
    for (int64_t v = 0; v < kVectors; ++v) sums[v] = products[v] = hn::Zero(d);
    for (int64_t row = 0; row < rows.count; ++row)
      for (int64_t v = 0; v < kVectors; ++v) {
        const auto column = first + v * lanes, i = row * rows.channels + column;
        const auto value = LoadFloats(d, x + i);
        const auto through = MaskedGradient<kMask>(d, LoadFloats(d, g + i), value, by, i, column);
        if (masked) StoreFloats(d, through, masked + i);
        sums[v] = hn::Add(sums[v], through);
        products[v] = hn::MulAdd(through, hn::Sub(value, hn::LoadU(d, mean + column)), products[v]);
      }
    for (int64_t v = 0; v < kVectors; ++v) {
      hn::StoreU(sums[v], d, sum + first + v * lanes);
      hn::StoreU(products[v], d, product + first + v * lanes);
    }
  });
}

template <typename Value>
HWY_ATTR void Sums(const Value* g, const Value* x, const ReluMask<Value>& mask, const float* mean, float* sum,
                   float* product, Value* masked, const ChannelRows& rows) {
  using K = Kind<Value>;
  switch (mask.kind) {
    case K::none: return SumsAs<K::none>(g, x, mask, mean, sum, product, masked, rows);
    case K::from_output: return SumsAs<K::from_output>(g, x, mask, mean, sum, product, masked, rows);
    case K::recompute: return SumsAs<K::recompute>(g, x, mask, mean, sum, product, masked, rows);
  }
}

template <auto kMask, typename Value>
HWY_ATTR void BackwardAs(const Value* g, const Value* x, const ReluMask<Value>& mask, const NormGradient& norm,
                         Value* out, const ChannelRows& rows) {
  const auto by = mask;
  const auto of = norm;
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = LoadFloats(d, x + i);
    const auto through = MaskedGradient<kMask>(d, LoadFloats(d, g + i), value, by, i, column);
    const auto rest = hn::MulAdd(hn::LoadU(d, of.slope + column), hn::Sub(value, hn::LoadU(d, of.mean + column)),
                                 hn::LoadU(d, of.offset + column));
    StoreFloats(d, hn::MulAdd(hn::LoadU(d, of.gain + column), through, rest), out + i);
  });
}

template <typename Value>
HWY_ATTR void Backward(const Value* g, const Value* x, const ReluMask<Value>& mask, const NormGradient& norm,
                       Value* out, const ChannelRows& rows) {
  using K = Kind<Value>;
  switch (mask.kind) {
    case K::none: return BackwardAs<K::none>(g, x, mask, norm, out, rows);
    case K::from_output: return BackwardAs<K::from_output>(g, x, mask, norm, out, rows);
    case K::recompute: return BackwardAs<K::recompute>(g, x, mask, norm, out, rows);
  }
}

template <typename Value>
const NormKernels<Value>* KernelsOf() {
  static constexpr NormKernels<Value> kernels{&Moments<Value>, &Forward<Value>, &Sums<Value>, &Backward<Value>};
  return &kernels;
}

const NormKernels<float>* OfFloats() { return KernelsOf<float>(); }
const NormKernels<uint16_t>* OfBfloat16() { return KernelsOf<uint16_t>(); }

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(OfFloats);
HWY_EXPORT(OfBfloat16);

template <>
const NormKernels<float>& norm_kernels() {
  return *HWY_DYNAMIC_DISPATCH(OfFloats)();
}
template <>
const NormKernels<uint16_t>& norm_kernels() {
  return *HWY_DYNAMIC_DISPATCH(OfBfloat16)();
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
