#include "base/map_scale_shift.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/map_scale_shift.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// One vector, or one number, of a row.
template <bool kResidual, bool kRelu, class D>
HWY_ATTR HWY_INLINE void ScaleShiftAt(D d, const float* x, const float* scale, const float* shift,
                                      const float* residual, float* y) {
  auto value = hn::MulAdd(hn::LoadU(d, x), hn::LoadU(d, scale), hn::LoadU(d, shift));
  if constexpr (kResidual) value = hn::Add(value, hn::LoadU(d, residual));
  if constexpr (kRelu) value = hn::IfThenZeroElse(hn::Lt(value, hn::Zero(d)), value);  // a nan stays
  hn::StoreU(value, d, y);
}

template <bool kResidual, bool kRelu>
HWY_ATTR void ScaleShiftAs(const float* x, const float* scale, const float* shift, const float* residual, float* y,
                           const MapRows& rows) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < rows.count; ++row) {
    const auto first = row * rows.channels;
    const auto* beside = kResidual ? residual + first : nullptr;
    int64_t i = 0;
    for (; i + lanes <= rows.channels; i += lanes)
      ScaleShiftAt<kResidual, kRelu>(d, x + first + i, scale + i, shift + i, beside + (kResidual ? i : 0),
                                     y + first + i);
    for (; i < rows.channels; ++i)
      ScaleShiftAt<kResidual, kRelu>(hn::CappedTag<float, 1>(), x + first + i, scale + i, shift + i,
                                     beside + (kResidual ? i : 0), y + first + i);
  }
}

HWY_ATTR void ScaleShift(const float* x, const float* scale, const float* shift, const float* residual, bool relu,
                         float* y, const MapRows& rows) {
  if (residual)
    relu ? ScaleShiftAs<true, true>(x, scale, shift, residual, y, rows)
         : ScaleShiftAs<true, false>(x, scale, shift, residual, y, rows);
  else
    relu ? ScaleShiftAs<false, true>(x, scale, shift, residual, y, rows)
         : ScaleShiftAs<false, false>(x, scale, shift, residual, y, rows);
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(ScaleShift);

void map_scale_shift(const float* x, const float* scale, const float* shift, const float* residual, bool relu, float* y,
                     const MapRows& rows) {
  HWY_DYNAMIC_DISPATCH(ScaleShift)(x, scale, shift, residual, relu, y, rows);
}

}  // namespace reszoo::detail
#endif  // HWY_ONCE
