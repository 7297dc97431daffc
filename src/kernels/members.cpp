#include "kernels/members.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/members.cpp"
#include "kernels/highway_setup.h"
// Everything up to HWY_ONCE is compiled once for each instruction set.

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

HWY_ATTR void ScaleMembers(const float* x, const float* r, int64_t repeats, float* out, const ChannelRows& rows) {
  const auto width = rows.channels / repeats;
  for (int64_t row = 0; row < rows.count; ++row, x += width)
    for (int64_t part = 0; part < repeats; ++part, out += width)
      ForEachVector(0, width, [=, scale = r + part * width](auto d, int64_t i) HWY_ATTR {
        hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, scale + i)), d, out + i);
      });
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace reszoo::kernels {

HWY_EXPORT(ScaleMembers);

namespace {

/// Computes one output of `Count` members. Their sums are independent, so that no addition waits for the one before.
template <int64_t Count>
void some_heads(const MemberHeads& of, const float* x, const float* weight, const float* bias, float* y) {
  float sums[Count];
  for (int64_t m = 0; m < Count; ++m) sums[m] = bias[m * of.out];
  for (int64_t k = 0; k < of.in; ++k)
    for (int64_t m = 0; m < Count; ++m) {
      const float product = x[m * of.in + k] * weight[(m * of.in + k) * of.out];  // rounded before it is added
      sums[m] = sums[m] + product;
    }
  for (int64_t m = 0; m < Count; ++m) y[m * of.out] = sums[m];
}

}  // namespace

void scale_members(const float* x, const float* r, int64_t repeats, float* out, const ChannelRows& rows) {
  HWY_DYNAMIC_DISPATCH(ScaleMembers)(x, r, repeats, out, rows);
}

void member_heads(const MemberHeads& of, const float* x, const float* weight, const float* bias, float* y,
                  int64_t rows) {
  constexpr int64_t kTogether = 8;
  for (int64_t row = 0; row < rows; ++row, x += of.members * of.in, y += of.members * of.out)
    for (int64_t output = 0; output < of.out; ++output)
      for (int64_t m = 0; m < of.members;) {
        const auto* matrix = weight + m * of.in * of.out + output;
        const auto at = m * of.out + output;
        const bool many = m + kTogether <= of.members;
        if (many) some_heads<kTogether>(of, x + m * of.in, matrix, bias + at, y + at);
        else some_heads<1>(of, x + m * of.in, matrix, bias + at, y + at);
        m += many ? kTogether : 1;
      }
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
