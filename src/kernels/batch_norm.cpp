#include "kernels/batch_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/batch_norm.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Kind = ReluMask::Kind;

HWY_ATTR void Moments(const float* x, float* mean, float* squares, const ChannelRows& rows) {
  ForEachVector(0, rows.channels, [&](auto d, int64_t column) HWY_ATTR {
    auto even = hn::Zero(d), odd = hn::Zero(d);
    int64_t row = 0;
    for (; row + 2 <= rows.count; row += 2) {
      even = hn::Add(even, hn::LoadU(d, x + row * rows.channels + column));
      odd = hn::Add(odd, hn::LoadU(d, x + (row + 1) * rows.channels + column));
    }
    if (row < rows.count) even = hn::Add(even, hn::LoadU(d, x + row * rows.channels + column));
    const auto middle = hn::Mul(hn::Add(even, odd), hn::Set(d, 1.0f / static_cast<float>(rows.count)));
    even = odd = hn::Zero(d);
    for (row = 0; row + 2 <= rows.count; row += 2) {
      const auto first = hn::Sub(hn::LoadU(d, x + row * rows.channels + column), middle);
      const auto second = hn::Sub(hn::LoadU(d, x + (row + 1) * rows.channels + column), middle);
      even = hn::MulAdd(first, first, even);
      odd = hn::MulAdd(second, second, odd);
    }
    if (row < rows.count) {
      const auto last = hn::Sub(hn::LoadU(d, x + row * rows.channels + column), middle);
      even = hn::MulAdd(last, last, even);
    }
    hn::StoreU(middle, d, mean + column);
    hn::StoreU(hn::Add(even, odd), d, squares + column);
  });
}

/// Calls `body(tag, index, column)` over all values, row by row.
template <typename Body>
HWY_ATTR void ForEachValue(const ChannelRows& rows, const Body& body) {
  for (int64_t row = 0; row < rows.count; ++row)
    ForEachVector(0, rows.channels,
                  [&](auto d, int64_t column) HWY_ATTR { body(d, row * rows.channels + column, column); });
}

template <Kind kMask, class D, class V = hn::Vec<D>>
HWY_ATTR V masked_gradient(D d, V g, V x, const ReluMask& mask, int64_t i, int64_t column) {
  if constexpr (kMask == Kind::none) return g;
  const auto by = kMask == Kind::from_output
                      ? hn::LoadU(d, mask.output + i)
                      : hn::MulAdd(x, hn::LoadU(d, mask.scale + column), hn::LoadU(d, mask.shift + column));
  return hn::IfThenElseZero(hn::Gt(by, hn::Zero(d)), g);
}

template <Kind kMask>
HWY_ATTR void SumsAs(const float* g, const float* x, const ReluMask& mask, const float* mean, float* sum,
                     float* product, float* masked, const ChannelRows& rows) {
  const auto by = mask;  // a local copy, which the compiler knows no store changes
  ForEachVector(0, rows.channels, [&](auto d, int64_t column) HWY_ATTR {
    auto sums = hn::Zero(d), products = hn::Zero(d);
    const auto middle = hn::LoadU(d, mean + column);
    for (int64_t row = 0; row < rows.count; ++row) {
      const auto i = row * rows.channels + column;
      const auto value = hn::LoadU(d, x + i);
      const auto through = masked_gradient<kMask>(d, hn::LoadU(d, g + i), value, by, i, column);
      if (masked) hn::StoreU(through, d, masked + i);
      sums = hn::Add(sums, through);
      products = hn::MulAdd(through, hn::Sub(value, middle), products);
    }
    hn::StoreU(sums, d, sum + column);
    hn::StoreU(products, d, product + column);
  });
}

HWY_ATTR void Sums(const float* g, const float* x, const ReluMask& mask, const float* mean, float* sum, float* product,
                   float* masked, const ChannelRows& rows) {
  switch (mask.kind) {
    case Kind::none: return SumsAs<Kind::none>(g, x, mask, mean, sum, product, masked, rows);
    case Kind::from_output: return SumsAs<Kind::from_output>(g, x, mask, mean, sum, product, masked, rows);
    case Kind::recompute: return SumsAs<Kind::recompute>(g, x, mask, mean, sum, product, masked, rows);
  }
}

template <Kind kMask>
HWY_ATTR void BackwardAs(const float* g, const float* x, const ReluMask& mask, const NormGradient& norm, float* out,
                         const ChannelRows& rows) {
  const auto by = mask;
  const auto of = norm;
  ForEachValue(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = hn::LoadU(d, x + i);
    const auto through = masked_gradient<kMask>(d, hn::LoadU(d, g + i), value, by, i, column);
    const auto rest = hn::MulAdd(hn::LoadU(d, of.slope + column), hn::Sub(value, hn::LoadU(d, of.mean + column)),
                                 hn::LoadU(d, of.offset + column));
    hn::StoreU(hn::MulAdd(hn::LoadU(d, of.gain + column), through, rest), d, out + i);
  });
}

HWY_ATTR void Backward(const float* g, const float* x, const ReluMask& mask, const NormGradient& norm, float* out,
                       const ChannelRows& rows) {
  switch (mask.kind) {
    case Kind::none: return BackwardAs<Kind::none>(g, x, mask, norm, out, rows);
    case Kind::from_output: return BackwardAs<Kind::from_output>(g, x, mask, norm, out, rows);
    case Kind::recompute: return BackwardAs<Kind::recompute>(g, x, mask, norm, out, rows);
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Moments);
HWY_EXPORT(Sums);
HWY_EXPORT(Backward);

void channel_moments(const float* x, float* mean, float* squares, const ChannelRows& rows) {
  HWY_DYNAMIC_DISPATCH(Moments)(x, mean, squares, rows);
}

void batch_norm_sums(const float* g, const float* x, const ReluMask& mask, const float* mean, float* sum,
                     float* product, float* masked, const ChannelRows& rows) {
  HWY_DYNAMIC_DISPATCH(Sums)(g, x, mask, mean, sum, product, masked, rows);
}

void batch_norm_backward(const float* g, const float* x, const ReluMask& mask, const NormGradient& norm, float* out,
                         const ChannelRows& rows) {
  HWY_DYNAMIC_DISPATCH(Backward)(g, x, mask, norm, out, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
