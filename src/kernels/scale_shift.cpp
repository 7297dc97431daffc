#include "kernels/scale_shift.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/scale_shift.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

template <bool kResidual, bool kRelu>
HWY_ATTR void ScaleShiftAs(const float* x, const float* scale, const float* shift, const float* residual, float* y,
                           const ChannelRows& rows) {
  const auto count = rows.count, channels = rows.channels;
  for (int64_t row = 0; row < count; ++row) {
    ForEachVector(0, channels, [=, first = row * channels](auto d, int64_t i) HWY_ATTR {
      auto value = hn::MulAdd(hn::LoadU(d, x + first + i), hn::LoadU(d, scale + i), hn::LoadU(d, shift + i));
      if constexpr (kResidual) value = hn::Add(value, hn::LoadU(d, residual + first + i));
      if constexpr (kRelu) value = hn::IfThenZeroElse(hn::Lt(value, hn::Zero(d)), value);  // NaN stays NaN
      hn::StoreU(value, d, y + first + i);
    });
  }
}

HWY_ATTR void ScaleShift(const float* x, const float* scale, const float* shift, const float* residual, bool relu,
                         float* y, const ChannelRows& rows) {
  if (residual)
    relu ? ScaleShiftAs<true, true>(x, scale, shift, residual, y, rows)
         : ScaleShiftAs<true, false>(x, scale, shift, residual, y, rows);
  else
    relu ? ScaleShiftAs<false, true>(x, scale, shift, residual, y, rows)
         : ScaleShiftAs<false, false>(x, scale, shift, residual, y, rows);
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(ScaleShift);

void scale_shift(const float* x, const float* scale, const float* shift, const float* residual, Activation activation,
                 float* y, const ChannelRows& rows) {
  if (!needs_activate(activation))
    return HWY_DYNAMIC_DISPATCH(ScaleShift)(x, scale, shift, residual, activation == Activation::relu, y, rows);
  // Processes some rows at a time, so that they are still in the L1 cache for the activation.
  constexpr int64_t kTogether = 2048;
  const auto step = rows.channels < kTogether ? kTogether / (rows.channels < 1 ? 1 : rows.channels) : 1;
  for (int64_t row = 0; row < rows.count; row += step) {
    const auto at = row * rows.channels;
    const ChannelRows some{step < rows.count - row ? step : rows.count - row, rows.channels};
    HWY_DYNAMIC_DISPATCH(ScaleShift)(x + at, scale, shift, residual ? residual + at : nullptr, false, y + at, some);
    activate(activation, y + at, some.count, some.channels, some.channels);
  }
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
