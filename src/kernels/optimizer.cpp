#include "kernels/optimizer.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizer.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include <algorithm>

#include "kernels/lanes-inl.h"
#include "kernels/parallel_ranges.h"
#include "reszoo/base/parallel.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void Adamw(const Segment& segment, const AdamwFactors& factors, int64_t begin, int64_t end) {
  const auto s = segment;  // local copies, which the compiler knows no store changes
  const auto f = factors;
  ForEachVector(begin, end, [&](auto d, int64_t i) HWY_ATTR {
    const auto gradient = hn::LoadU(d, s.gradient + i);
    const auto first =
        hn::MulAdd(hn::Set(d, f.beta1), hn::LoadU(d, s.first + i), hn::Mul(hn::Set(d, 1 - f.beta1), gradient));
    const auto second = hn::MulAdd(hn::Set(d, f.beta2), hn::LoadU(d, s.second + i),
                                   hn::Mul(hn::Set(d, 1 - f.beta2), hn::Mul(gradient, gradient)));
    const auto denominator = hn::MulAdd(hn::Sqrt(second), hn::Set(d, s.root), hn::Set(d, f.eps));
    const auto decayed = hn::Mul(hn::LoadU(d, s.parameter + i), hn::Set(d, f.decay));
    const auto change = hn::Div(hn::Mul(hn::Set(d, s.step_size), first), denominator);
    hn::StoreU(first, d, s.first + i);
    hn::StoreU(second, d, s.second + i);
    hn::StoreU(hn::Sub(decayed, change), d, s.parameter + i);
  });
}

HWY_ATTR void Sgd(const Segment& segment, const SgdFactors& factors, int64_t begin, int64_t end) {
  const auto s = segment;
  const auto f = factors;
  ForEachVector(begin, end, [&](auto d, int64_t i) HWY_ATTR {
    const auto parameter = hn::LoadU(d, s.parameter + i);
    auto change = hn::MulAdd(parameter, hn::Set(d, f.weight_decay), hn::LoadU(d, s.gradient + i));
    if (f.momentum > 0) {
      const auto momentum = hn::MulAdd(hn::Set(d, f.momentum), hn::LoadU(d, s.first + i), change);
      hn::StoreU(momentum, d, s.first + i);
      change = f.nesterov ? hn::MulAdd(hn::Set(d, f.momentum), momentum, change) : momentum;
    }
    hn::StoreU(hn::NegMulAdd(hn::Set(d, f.lr), change, parameter), d, s.parameter + i);
  });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(Adamw);
HWY_EXPORT(Sgd);

namespace {

/// Calls `work(segment, begin, end)` for pieces of the segments, distributed among the threads.
template <typename Work>
void for_each_piece(const std::vector<Segment>& segments, const Work& work) {
  int64_t total = 0;
  for (const auto& segment : segments) total += segment.size;
  parallel_ranges(parallel_threads(), total, total, [&](int64_t begin, int64_t end) {
    int64_t before = 0;
    for (const auto& segment : segments) {
      const auto from = std::max<int64_t>(begin - before, 0), to = std::min(end - before, segment.size);
      if (from < to) work(segment, from, to);
      before += segment.size;
    }
  });
}

}  // namespace

void adamw_step(const std::vector<Segment>& segments, const AdamwFactors& factors) {
  for_each_piece(segments, [&](const Segment& segment, int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(Adamw)(segment, factors, begin, end);
  });
}

void sgd_step(const std::vector<Segment>& segments, const SgdFactors& factors) {
  for_each_piece(segments, [&](const Segment& segment, int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(Sgd)(segment, factors, begin, end);
  });
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
