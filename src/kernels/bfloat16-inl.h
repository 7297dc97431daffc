// Vectors of float32 from values that are stored as float32 or bfloat16. Included once for each instruction set.
#if defined(RESZOO_KERNELS_BFLOAT16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_KERNELS_BFLOAT16_INL_H_
#undef RESZOO_KERNELS_BFLOAT16_INL_H_
#else
#define RESZOO_KERNELS_BFLOAT16_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> LoadFloats(D d, const float* from) {
  return hwy::HWY_NAMESPACE::LoadU(d, from);
}

/// The bits of bfloat16 are the upper half of those of float32.
template <class D>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<D> LoadFloats(D d, const uint16_t* from) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> bits;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(hn::Rebind<uint16_t, D>(), from))));
}

template <class D>
HWY_INLINE void StoreFloats(D d, hwy::HWY_NAMESPACE::Vec<D> value, float* to) {
  hwy::HWY_NAMESPACE::StoreU(value, d, to);
}

/// Rounds to the nearest, halves to even; NaN stays NaN.
template <class D>
HWY_INLINE void StoreFloats(D d, hwy::HWY_NAMESPACE::Vec<D> value, uint16_t* to) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<D> bits;
  const hn::RebindToSigned<D> integers;
  const hn::Rebind<uint16_t, D> halves;
  const auto all = hn::BitCast(bits, value);
  const auto last = hn::And(hn::ShiftRight<16>(all), hn::Set(bits, 1u));
  const auto rounded = hn::Add(hn::Add(all, hn::Set(bits, 0x7fffu)), last);
  const auto kept = hn::IfThenElse(hn::RebindMask(bits, hn::Ne(value, value)), hn::Set(bits, 0x7fc00000u), rounded);
  hn::StoreU(hn::DemoteTo(halves, hn::BitCast(integers, hn::ShiftRight<16>(kept))), halves, to);
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // include guard
