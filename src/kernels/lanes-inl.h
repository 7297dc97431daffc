// The loop over lanes that all kernels use: whole vectors, then the remaining elements. Included once for each
// instruction set.
#if defined(RESZOO_KERNELS_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_KERNELS_LANES_INL_H_
#undef RESZOO_KERNELS_LANES_INL_H_
#else
#define RESZOO_KERNELS_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Calls `body(tag, i)` for the elements from `begin` to `end`: with the tag `full` for whole vectors, then with a
/// one-lane tag for each remaining element.
template <class D, class Body>
HWY_INLINE void ForEachVector(D full, int64_t begin, int64_t end, const Body& body) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(full));
  for (; begin + lanes <= end; begin += lanes) body(full, begin);
  for (; begin < end; ++begin) body(hn::CappedTag<hn::TFromD<D>, 1>(), begin);
}

/// The same for float32, with the widest vectors.
template <class Body>
HWY_INLINE void ForEachVector(int64_t begin, int64_t end, const Body& body) {
  ForEachVector(hn::ScalableTag<float>(), begin, end, body);
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // include guard
