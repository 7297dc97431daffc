#include "train/map_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/map_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Full = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;
using Gate = MapGate::Kind;

/// Calls `body(tag, column)` for all channels, whole vectors first: each call runs over the rows with
/// its sums in registers.
template <typename Body>
HWY_ATTR void each_column(int64_t channels, const Body& body) {
  const Full full;
  const auto lanes = static_cast<int64_t>(hn::Lanes(full));
  int64_t column = 0;
  for (; column + lanes <= channels; column += lanes) body(full, column);
  for (; column < channels; ++column) body(One(), column);
}

HWY_ATTR void Moments(const float* x, float* mean, float* squares, const MapRows& rows) {
  each_column(rows.channels, [&](auto d, int64_t column) HWY_ATTR {
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
HWY_ATTR void each(const MapRows& rows, const Body& body) {
  for (int64_t row = 0; row < rows.count; ++row)
    each_column(rows.channels, [&](auto d, int64_t column) HWY_ATTR { body(d, row * rows.channels + column, column); });
}

/// The gradient behind the gate.
template <Gate kGate, class D, class V = hn::Vec<D>>
HWY_ATTR V gated_value(D d, V g, V x, const MapGate& gate, int64_t i, int64_t column) {
  if constexpr (kGate == Gate::open) return g;
  const auto by = kGate == Gate::by_output
                      ? hn::LoadU(d, gate.output + i)
                      : hn::MulAdd(x, hn::LoadU(d, gate.scale + column), hn::LoadU(d, gate.shift + column));
  return hn::IfThenElseZero(hn::Gt(by, hn::Zero(d)), g);
}

template <Gate kGate>
HWY_ATTR void SumsAs(const float* g, const float* x, const MapGate& gate, const float* mean, float* sum, float* product,
                     float* gated, const MapRows& rows) {
  const auto by = gate;  // a copy: no store to floats can change it
  each_column(rows.channels, [&](auto d, int64_t column) HWY_ATTR {
    auto sums = hn::Zero(d), products = hn::Zero(d);
    const auto middle = hn::LoadU(d, mean + column);
    for (int64_t row = 0; row < rows.count; ++row) {
      const auto i = row * rows.channels + column;
      const auto value = hn::LoadU(d, x + i);
      const auto through = gated_value<kGate>(d, hn::LoadU(d, g + i), value, by, i, column);
      if (gated) hn::StoreU(through, d, gated + i);
      sums = hn::Add(sums, through);
      products = hn::MulAdd(through, hn::Sub(value, middle), products);
    }
    hn::StoreU(sums, d, sum + column);
    hn::StoreU(products, d, product + column);
  });
}

HWY_ATTR void Sums(const float* g, const float* x, const MapGate& gate, const float* mean, float* sum, float* product,
                   float* gated, const MapRows& rows) {
  switch (gate.kind) {
    case Gate::open: return SumsAs<Gate::open>(g, x, gate, mean, sum, product, gated, rows);
    case Gate::by_output: return SumsAs<Gate::by_output>(g, x, gate, mean, sum, product, gated, rows);
    case Gate::by_input: return SumsAs<Gate::by_input>(g, x, gate, mean, sum, product, gated, rows);
  }
}

template <Gate kGate>
HWY_ATTR void BackwardAs(const float* g, const float* x, const MapGate& gate, const MapNormGradient& norm, float* out,
                         const MapRows& rows) {
  const auto by = gate;
  const auto of = norm;
  each(rows, [&](auto d, int64_t i, int64_t column) HWY_ATTR {
    const auto value = hn::LoadU(d, x + i);
    const auto through = gated_value<kGate>(d, hn::LoadU(d, g + i), value, by, i, column);
    const auto rest = hn::MulAdd(hn::LoadU(d, of.slope + column), hn::Sub(value, hn::LoadU(d, of.mean + column)),
                                 hn::LoadU(d, of.offset + column));
    hn::StoreU(hn::MulAdd(hn::LoadU(d, of.gain + column), through, rest), d, out + i);
  });
}

HWY_ATTR void Backward(const float* g, const float* x, const MapGate& gate, const MapNormGradient& norm, float* out,
                       const MapRows& rows) {
  switch (gate.kind) {
    case Gate::open: return BackwardAs<Gate::open>(g, x, gate, norm, out, rows);
    case Gate::by_output: return BackwardAs<Gate::by_output>(g, x, gate, norm, out, rows);
    case Gate::by_input: return BackwardAs<Gate::by_input>(g, x, gate, norm, out, rows);
  }
}

}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(Moments);
HWY_EXPORT(Sums);
HWY_EXPORT(Backward);

void map_moments(const float* x, float* mean, float* squares, const MapRows& rows) {
  HWY_DYNAMIC_DISPATCH(Moments)(x, mean, squares, rows);
}

void map_gradient_sums(const float* g, const float* x, const MapGate& gate, const float* mean, float* sum,
                       float* product, float* gated, const MapRows& rows) {
  HWY_DYNAMIC_DISPATCH(Sums)(g, x, gate, mean, sum, product, gated, rows);
}

void map_norm_backward(const float* g, const float* x, const MapGate& gate, const MapNormGradient& norm, float* out,
                       const MapRows& rows) {
  HWY_DYNAMIC_DISPATCH(Backward)(g, x, gate, norm, out, rows);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
