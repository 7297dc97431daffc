#include "infer/byte_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "infer/byte_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Everything between these two is compiled once for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace reszoo::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// One vector, or one number.
template <class D>
HWY_ATTR HWY_INLINE void ToBytesAt(D d, const float* x, float scale, float zero, float largest, uint8_t* y) {
  const auto value = hn::MulAdd(hn::LoadU(d, x), hn::Set(d, scale), hn::Set(d, zero));
  // Limited before rounding: what is too large for an int is not rounded at all. A nan is not above 0.
  const auto above = hn::IfThenElseZero(hn::Gt(value, hn::Zero(d)), value);
  const auto whole = hn::NearestInt(hn::Min(above, hn::Set(d, largest)));
  const hn::Rebind<uint8_t, D> bytes;
  hn::StoreU(hn::DemoteTo(bytes, whole), bytes, y);
}

HWY_ATTR void ToBytes(const float* x, float scale, float zero, float largest, uint8_t* y, int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) ToBytesAt(d, x + i, scale, zero, largest, y + i);
  for (; i < count; ++i) ToBytesAt(hn::CappedTag<float, 1>(), x + i, scale, zero, largest, y + i);
}

HWY_ATTR void LimitBytes(uint8_t* y, uint8_t largest, int64_t count) {
  const hn::ScalableTag<uint8_t> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::Min(hn::LoadU(d, y + i), hn::Set(d, largest)), d, y + i);
  for (; i < count; ++i) y[i] = y[i] < largest ? y[i] : largest;
}

}  // namespace
}  // namespace reszoo::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::detail {

HWY_EXPORT(ToBytes);
HWY_EXPORT(LimitBytes);

void map_to_bytes(const float* x, float scale, float zero, uint8_t largest, uint8_t* y, int64_t count) {
  HWY_DYNAMIC_DISPATCH(ToBytes)(x, scale, zero, largest, y, count);
}

void limit_bytes(uint8_t* y, uint8_t largest, int64_t count) {
  HWY_DYNAMIC_DISPATCH(LimitBytes)(y, largest, count);
}

}  // namespace reszoo::detail
#endif
