// The register tile of all matrix products: rows times vectors of columns. Included once for each instruction set.
#if defined(RESZOO_KERNELS_REGISTER_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef RESZOO_KERNELS_REGISTER_TILE_INL_H_
#undef RESZOO_KERNELS_REGISTER_TILE_INL_H_
#else
#define RESZOO_KERNELS_REGISTER_TILE_INL_H_
#endif

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace reszoo::kernels::HWY_NAMESPACE {
namespace {

/// The number of column vectors whose sums with kTileRows rows stay in registers. AVX-512 and NEON have 32 registers,
/// others 16.
constexpr int64_t kTileVectors = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM ? 4 : 2;

/// The sums of a tile. Its sizes are constants, so the compiler unrolls all loops over it and keeps it in registers.
template <class D, int64_t Rows, int64_t Vectors>
using RegisterTile = hn::Vec<D>[Rows][Vectors];

template <class D, int64_t Rows, int64_t Vectors>
HWY_INLINE void ClearTile(D d, RegisterTile<D, Rows, Vectors>& sums) {
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v) sums[r][v] = hn::Zero(d);
}

/// Row r begins at from + r * stride.
template <class D, int64_t Rows, int64_t Vectors>
HWY_INLINE void LoadTile(D d, const float* from, int64_t stride, RegisterTile<D, Rows, Vectors>& sums) {
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v)
      sums[r][v] = hn::LoadU(d, from + r * stride + v * static_cast<int64_t>(hn::Lanes(d)));
}

template <class D, int64_t Rows, int64_t Vectors>
HWY_INLINE void StoreTile(D d, const RegisterTile<D, Rows, Vectors>& sums, float* to, int64_t stride) {
  for (int64_t r = 0; r < Rows; ++r)
    for (int64_t v = 0; v < Vectors; ++v)
      hn::StoreU(sums[r][v], d, to + r * stride + v * static_cast<int64_t>(hn::Lanes(d)));
}

/// One step of the products: sums[r] += left(r) * right[0 .. Vectors vectors).
template <class D, int64_t Rows, int64_t Vectors, class Left>
HWY_INLINE void AddOuterProduct(D d, const Left& left, const float* HWY_RESTRICT right,
                                RegisterTile<D, Rows, Vectors>& sums) {
  hn::Vec<D> columns[Vectors];
  for (int64_t v = 0; v < Vectors; ++v) columns[v] = hn::LoadU(d, right + v * static_cast<int64_t>(hn::Lanes(d)));
  for (int64_t r = 0; r < Rows; ++r) {
    const auto value = hn::Set(d, left(r));
    for (int64_t v = 0; v < Vectors; ++v) sums[r][v] = hn::MulAdd(value, columns[v], sums[r][v]);
  }
}

}  // namespace
}  // namespace reszoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // include guard
