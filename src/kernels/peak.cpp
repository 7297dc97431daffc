#include "reszoo/kernels/peak.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/peak.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// Accumulates ten vectors, enough to keep all execution units busy. The result is used, so the compiler cannot remove
/// the work.
HWY_ATTR float FlopsProbe(int64_t rounds, int64_t* multiply_adds) {
  const hn::ScalableTag<float> d;
  const auto scale = hn::Set(d, 0.999f), shift = hn::Set(d, 0.001f);
  auto a = shift, b = shift, c = shift, e = shift, f = shift, g = shift, h = shift, i = shift, j = shift, k = shift;
  for (int64_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, scale, shift), b = hn::MulAdd(b, scale, shift), c = hn::MulAdd(c, scale, shift);
    e = hn::MulAdd(e, scale, shift), f = hn::MulAdd(f, scale, shift), g = hn::MulAdd(g, scale, shift);
    h = hn::MulAdd(h, scale, shift), i = hn::MulAdd(i, scale, shift), j = hn::MulAdd(j, scale, shift);
    k = hn::MulAdd(k, scale, shift);
  }
  *multiply_adds = rounds * 10 * static_cast<int64_t>(hn::Lanes(d));
  const auto sum =
      hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, hn::Add(i, hn::Add(j, k)))));
  return hn::GetLane(sum);
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo {
namespace kernels {

HWY_EXPORT(FlopsProbe);

float flops_probe(int64_t rounds, int64_t* multiply_adds) {
  return HWY_DYNAMIC_DISPATCH(FlopsProbe)(rounds, multiply_adds);
}

}  // namespace kernels

double peak_multiply_adds() {
  double best = 0;
  for (int round = 0; round < 10; ++round) {
    int64_t multiply_adds = 0;
    const auto begin = std::chrono::steady_clock::now();
    const volatile float result = kernels::flops_probe(1'000'000, &multiply_adds);
    static_cast<void>(result);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::max(best, static_cast<double>(multiply_adds) / took.count());
  }
  return best;
}

}  // namespace reszoo
#endif  // HWY_ONCE
