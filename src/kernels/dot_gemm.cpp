#include "kernels/dot_gemm.h"

#include <hwy/base.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

#include "kernels/k_blocks.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#define RESZOO_HAS_AMX 1
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"                // no vector crosses from one function to another
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // of GCC's own intrinsics
#endif

// Any processor: products of bfloat16 as float32, of int8 as int32.
#define RESZOO_DOT_NAMESPACE portable
#define RESZOO_DOT_LANES 4
#define RESZOO_DOT_VECTORS 2
#include "kernels/dot_gemm-inl.h"

RESZOO_INLINE Halves ToBfloat16(const Floats& value) { return RoundedToBfloat16(value); }

RESZOO_INLINE Ints Permuted(const Ints& units, const Ints& places) {
  Ints taken;
  for (int64_t lane = 0; lane < kLanes; ++lane) taken[lane] = units[places[lane]];
  return taken;
}

struct DotBfloat16 {
  using Sum = Floats;
  static constexpr int64_t kValues = 2;
  RESZOO_INLINE Sum Add(const Sum& sum, const Ints& inputs, const Ints& weights) {
    return HighBfloat16(inputs) * HighBfloat16(weights) + (LowBfloat16(inputs) * LowBfloat16(weights) + sum);
  }
};

struct DotInt8 {
  using Sum = Ints;
  static constexpr int64_t kValues = 4;
  RESZOO_INLINE Sum Add(Sum sum, const Ints& inputs, const Ints& weights) {
    for (int byte = 0; byte < 4; ++byte) sum += ((inputs >> (8 * byte)) & 0xff) * ((weights << (24 - 8 * byte)) >> 24);
    return sum;
  }
};

#include "kernels/dot_gemm_tiles-inl.h"
#undef RESZOO_DOT_NAMESPACE
#undef RESZOO_DOT_LANES
#undef RESZOO_DOT_VECTORS

#if defined(__x86_64__)

HWY_PUSH_ATTRIBUTES("avx2,fma")
#define RESZOO_DOT_NAMESPACE avx2
#define RESZOO_DOT_LANES 8
#define RESZOO_DOT_VECTORS 2
#include "kernels/dot_gemm-inl.h"

RESZOO_INLINE Halves ToBfloat16(const Floats& value) { return RoundedToBfloat16(value); }

RESZOO_INLINE Ints Permuted(const Ints& units, const Ints& places) {
  return (Ints)_mm256_permutevar8x32_epi32((__m256i)units, (__m256i)places);
}

struct DotBfloat16 {
  using Sum = Floats;
  static constexpr int64_t kValues = 2;
  RESZOO_INLINE Sum Add(const Sum& sum, const Ints& inputs, const Ints& weights) {
    const auto low = _mm256_fmadd_ps((__m256)LowBfloat16(inputs), (__m256)LowBfloat16(weights), (__m256)sum);
    return (Sum)_mm256_fmadd_ps((__m256)HighBfloat16(inputs), (__m256)HighBfloat16(weights), low);
  }
};

/// Sums of two products are 16 bits wide: inputs must be below 128.
struct DotInt8 {
  using Sum = Ints;
  static constexpr int64_t kValues = 4;
  RESZOO_INLINE Sum Add(const Sum& sum, const Ints& inputs, const Ints& weights) {
    const auto pairs = _mm256_maddubs_epi16((__m256i)inputs, (__m256i)weights);
    return sum + (Ints)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
  }
};

#include "kernels/dot_gemm_tiles-inl.h"
#undef RESZOO_DOT_NAMESPACE
#undef RESZOO_DOT_LANES
#undef RESZOO_DOT_VECTORS
HWY_POP_ATTRIBUTES

// Processors with int8 products only.
HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")
#define RESZOO_DOT_NAMESPACE avx512_vnni
#define RESZOO_DOT_LANES 16
#define RESZOO_DOT_VECTORS 4
#include "kernels/dot_gemm-inl.h"

RESZOO_INLINE Halves ToBfloat16(const Floats& value) { return RoundedToBfloat16(value); }

RESZOO_INLINE Ints Permuted(const Ints& units, const Ints& places) {
  return (Ints)_mm512_permutexvar_epi32((__m512i)places, (__m512i)units);
}

struct DotBfloat16 {
  using Sum = Floats;
  static constexpr int64_t kValues = 2;
  RESZOO_INLINE Sum Add(const Sum& sum, const Ints& inputs, const Ints& weights) {
    const auto low = _mm512_fmadd_ps((__m512)LowBfloat16(inputs), (__m512)LowBfloat16(weights), (__m512)sum);
    return (Sum)_mm512_fmadd_ps((__m512)HighBfloat16(inputs), (__m512)HighBfloat16(weights), low);
  }
};

struct DotInt8 {
  using Sum = Ints;
  static constexpr int64_t kValues = 4;
  RESZOO_INLINE Sum Add(const Sum& sum, const Ints& inputs, const Ints& weights) {
    return (Sum)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)inputs, (__m512i)weights);
  }
};

#include "kernels/dot_gemm_tiles-inl.h"
#undef RESZOO_DOT_NAMESPACE
#undef RESZOO_DOT_LANES
#undef RESZOO_DOT_VECTORS
HWY_POP_ATTRIBUTES

// Processors with products of both types.
HWY_PUSH_ATTRIBUTES("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,fma")
#define RESZOO_DOT_NAMESPACE avx512_bf16
#define RESZOO_DOT_LANES 16
#define RESZOO_DOT_VECTORS 4
#include "kernels/dot_gemm-inl.h"

RESZOO_INLINE Halves ToBfloat16(const Floats& value) {
  const auto rounded = _mm512_cvtneps_pbh((__m512)value);
  return __builtin_bit_cast(Halves, rounded);
}

RESZOO_INLINE Ints Permuted(const Ints& units, const Ints& places) {
  return (Ints)_mm512_permutexvar_epi32((__m512i)places, (__m512i)units);
}

struct DotBfloat16 {
  using Sum = Floats;
  static constexpr int64_t kValues = 2;
  /// Clang 16 does not come to an end on the intrinsic with a broadcast operand, so this is the instruction itself.
  RESZOO_INLINE Sum Add(Sum sum, const Ints& inputs, const Ints& weights) {
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(inputs), "v"(weights));
    return sum;
  }
};

struct DotInt8 {
  using Sum = Ints;
  static constexpr int64_t kValues = 4;
  RESZOO_INLINE Sum Add(const Sum& sum, const Ints& inputs, const Ints& weights) {
    return (Sum)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)inputs, (__m512i)weights);
  }
};

#include "kernels/dot_gemm_tiles-inl.h"
#undef RESZOO_DOT_NAMESPACE
#undef RESZOO_DOT_LANES
#undef RESZOO_DOT_VECTORS
#if defined(RESZOO_HAS_AMX)
#include "kernels/dot_gemm_amx-inl.h"
#endif
HWY_POP_ATTRIBUTES

#endif  // __x86_64__

namespace reszoo::kernels {
namespace {

/// The functions of an instruction set for one type.
struct DotKernels {
  DotTarget target;
  DotPanel panel;
  decltype(&portable::MultiplyPanelOf<portable::DotInt8>) multiply_panel;
  decltype(&portable::MultiplyGroups<portable::DotInt8>) multiply_groups;
  decltype(&portable::Convert) convert;
  decltype(&portable::Accumulate) accumulate;
  void (*multiply_rows)(DotTiles& tiles, int64_t vectors, const DotRows& rows, const void* weights, void* partials,
                        const DotEpilogue& epilogue, const DotOutput& y) = nullptr;
};

#define RESZOO_DOT_KERNELS(name, Dot)                                                   \
  DotKernels {                                                                          \
    DotTarget::name, {name::kLanes, name::kVectors}, &name::MultiplyPanelOf<name::Dot>, \
        &name::MultiplyGroups<name::Dot>, &name::Convert, &name::Accumulate             \
  }

#if defined(RESZOO_HAS_AMX)
/// Returns the kernels with AMX; what does not multiply rows is that of `others`.
template <DotType type>
DotKernels tiled(DotKernels others) {
  using Dot = std::conditional_t<type == DotType::int8, amx::DotInt8, amx::DotBfloat16>;
  others.target = DotTarget::amx;
  others.panel = {amx::kLanes, amx::kVectors, amx::kTileUnits};
  others.convert = &avx512_bf16::Convert;
  others.accumulate = &avx512_bf16::Accumulate;
  others.multiply_rows = &amx::MultiplyRowsOf<Dot>;
  return others;
}
#endif

/// Returns the kernels that this processor can run, the portable ones first and the fastest last.
template <DotType type>
std::vector<DotKernels> find_kernels() {
#define RESZOO_DOT_TYPES(name) \
  (type == DotType::int8 ? RESZOO_DOT_KERNELS(name, DotInt8) : RESZOO_DOT_KERNELS(name, DotBfloat16))
  std::vector<DotKernels> found{RESZOO_DOT_TYPES(portable)};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(RESZOO_DOT_TYPES(avx2));
  if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    found.push_back(RESZOO_DOT_TYPES(avx512_vnni));
    if (__builtin_cpu_supports("avx512bf16")) found.push_back(RESZOO_DOT_TYPES(avx512_bf16));
  }
  // Products of bfloat16 in vectors are slower on Intel's processors than those of the values as float32.
  if (found.back().target == DotTarget::avx512_bf16 && type == DotType::bfloat16 && __builtin_cpu_is("intel"))
    std::swap(found.back(), *std::prev(found.end(), 2));
#if defined(RESZOO_HAS_AMX)
  if (__builtin_cpu_supports("avx512bf16") && amx::allowed()) found.push_back(tiled<type>(found.back()));
#endif
#endif
#undef RESZOO_DOT_TYPES
  return found;
}

const std::vector<DotKernels>& all_kernels(DotType type) {
  static const auto bfloat16 = find_kernels<DotType::bfloat16>(), int8 = find_kernels<DotType::int8>();
  return type == DotType::int8 ? int8 : bfloat16;
}

std::array<const DotKernels*, 2>& chosen_kernels() {
  static std::array<const DotKernels*, 2> chosen{&all_kernels(DotType::bfloat16).back(),
                                                 &all_kernels(DotType::int8).back()};
  return chosen;
}

const DotKernels& kernels_of(DotType type) { return *chosen_kernels()[static_cast<size_t>(type)]; }

}  // namespace

DotTarget best_dot_target(DotType type) { return all_kernels(type).back().target; }

std::vector<DotTarget> dot_targets(DotType type) {
  std::vector<DotTarget> targets;
  for (const auto& it : all_kernels(type)) targets.push_back(it.target);
  return targets;
}

void set_dot_target(DotType type, DotTarget target) {
  for (const auto& it : all_kernels(type))
    if (it.target == target) chosen_kernels()[static_cast<size_t>(type)] = &it;
}

DotPanel dot_panel(DotType type) { return kernels_of(type).panel; }

void multiply_dot_panel(DotType type, int64_t vectors, const IndirectionBuffer& buffer, int64_t offset,
                        const void* weights, void* partials, const DotEpilogue& epilogue, const DotOutput& y) {
  kernels_of(type).multiply_panel(vectors, buffer, offset, weights, partials, epilogue, y);
}

void multiply_dot_rows(DotType type, DotTiles& tiles, int64_t vectors, const DotRows& rows, const void* weights,
                       void* partials, const DotEpilogue& epilogue, const DotOutput& y) {
  kernels_of(type).multiply_rows(tiles, vectors, rows, weights, partials, epilogue, y);
}

void multiply_dot_groups(DotType type, int64_t group_units, const IndirectionBuffer& buffer, int64_t offset,
                         const void* weights, const DotEpilogue& epilogue, const DotOutput& y) {
  kernels_of(type).multiply_groups(group_units, buffer, offset, weights, epilogue, y);
}

void convert_stored(const void* from, const StoredAs& from_as, void* to, const StoredAs& to_as, int64_t count) {
  kernels_of(DotType::bfloat16).convert(from, from_as, to, to_as, count);
}

void accumulate_stored(const void* from, const StoredAs& as, int64_t count, float* sums) {
  kernels_of(DotType::bfloat16).accumulate(from, as, count, sums);
}

}  // namespace reszoo::kernels
