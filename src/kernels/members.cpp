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

void scale_members(const float* x, const float* r, int64_t repeats, float* out, const ChannelRows& rows) {
  HWY_DYNAMIC_DISPATCH(ScaleMembers)(x, r, repeats, out, rows);
}

}  // namespace reszoo::kernels
#endif  // HWY_ONCE
