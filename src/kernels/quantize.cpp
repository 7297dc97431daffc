#include "kernels/quantize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/quantize.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>

#include "kernels/lanes-inl.h"
#include "kernels/parallel_ranges.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void Quantize(const float* x, float scale, float zero_point, float qmax, uint8_t* y, int64_t count) {
  ForEachVector(0, count, [=](auto d, int64_t i) HWY_ATTR {
    const auto value = hn::MulAdd(hn::LoadU(d, x + i), hn::Set(d, scale), hn::Set(d, zero_point));
    // Clamps before rounding, because a value that is too large for an int cannot be rounded. NaN is not greater than 0
    // and becomes 0.
    const auto above = hn::IfThenElseZero(hn::Gt(value, hn::Zero(d)), value);
    const auto whole = hn::NearestInt(hn::Min(above, hn::Set(d, qmax)));
    const hn::Rebind<uint8_t, decltype(d)> bytes;
    hn::StoreU(hn::DemoteTo(bytes, whole), bytes, y + i);
  });
}

HWY_ATTR void ClampToQmax(uint8_t* y, uint8_t qmax, int64_t count) {
  ForEachVector(hn::ScalableTag<uint8_t>(), 0, count, [=](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(hn::Min(hn::LoadU(d, y + i), hn::Set(d, qmax)), d, y + i);
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Quantize);
HWY_EXPORT(ClampToQmax);

void quantize(const float* x, float scale, float zero_point, uint8_t qmax, uint8_t* y, int64_t count) {
  HWY_DYNAMIC_DISPATCH(Quantize)(x, scale, zero_point, qmax, y, count);
}

void clamp_to_qmax(uint8_t* y, uint8_t qmax, int64_t count) { HWY_DYNAMIC_DISPATCH(ClampToQmax)(y, qmax, count); }

int64_t activation_qmax() {
#if defined(__x86_64__)
  static const int64_t qmax = __builtin_cpu_supports("avx512vnni") ? 255 : 127;
  return qmax;
#else
  return 255;
#endif
}

QuantParams QuantParams::of(float min, float max, int64_t qmax) {
  const double low = std::min(min, 0.0f), high = std::max(max, 0.0f);
  const auto scale = high > low ? (high - low) / static_cast<double>(qmax) : 1.0;
  return {scale, std::llround(-low / scale), qmax};
}

at::Tensor quantize(const at::Tensor& real, const QuantParams& params) {
  const auto x = real.contiguous(at::MemoryFormat::ChannelsLast);
  auto values = at::empty_like(x, at::kByte);
  const auto* from = x.const_data_ptr<float>();
  auto* to = values.mutable_data_ptr<uint8_t>();
  parallel_ranges(at::get_num_threads(), x.numel(), x.numel(), [&](int64_t first, int64_t end) {
    quantize(from + first, static_cast<float>(1 / params.scale), static_cast<float>(params.zero_point),
             static_cast<uint8_t>(params.qmax), to + first, end - first);
  });
  return values;
}

at::Tensor dequantize(const at::Tensor& values, const QuantParams& params) {
  return values.to(at::kFloat).sub_(params.zero_point).mul_(params.scale);
}

void clamp_to_qmax(at::Tensor& values, int64_t qmax) {
  if (qmax == 255) return;
  auto* data = values.mutable_data_ptr<uint8_t>();
  parallel_ranges(at::get_num_threads(), values.numel(), values.numel(), [&](int64_t first, int64_t end) {
    clamp_to_qmax(data + first, static_cast<uint8_t>(qmax), end - first);
  });
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
