// The products of dot_gemm.h for one instruction set. dot_gemm.cpp includes this file once for each, with these macros:
// RESZOO_DOT_NAMESPACE, RESZOO_DOT_LANES (float32 lanes of a vector), RESZOO_DOT_VECTORS (of a panel), and a header
// part that defines `DotBfloat16`, `DotInt8`, `Permuted` and `ToBfloat16` behind it.
//
// Highway 1.0 has no instructions for dot products of bfloat16 and int8, so vectors are those of the compiler (GCC's
// vector extensions, which Clang has too), and the few instructions are intrinsics.

namespace reszoo::kernels::RESZOO_DOT_NAMESPACE {
namespace {

constexpr int64_t kLanes = RESZOO_DOT_LANES, kVectors = RESZOO_DOT_VECTORS;

typedef float Floats __attribute__((vector_size(4 * RESZOO_DOT_LANES)));
typedef int32_t Ints __attribute__((vector_size(4 * RESZOO_DOT_LANES)));
typedef uint32_t Words __attribute__((vector_size(4 * RESZOO_DOT_LANES)));
typedef uint16_t Halves __attribute__((vector_size(2 * RESZOO_DOT_LANES)));
typedef uint8_t Bytes __attribute__((vector_size(RESZOO_DOT_LANES)));

#define RESZOO_INLINE static inline __attribute__((always_inline))

template <typename Vector>
RESZOO_INLINE Vector Load(const void* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof(vector));
  return vector;
}

template <typename Vector>
RESZOO_INLINE void Store(const Vector& vector, void* to) {
  __builtin_memcpy(to, &vector, sizeof(vector));
}

RESZOO_INLINE Floats FloatsOf(float value) { return Floats{} + value; }
RESZOO_INLINE Ints IntsOf(int32_t value) { return Ints{} + value; }

/// Rounds to the nearest, halves to even, as a processor with the instruction does; NaN stays NaN.
RESZOO_INLINE Halves RoundedToBfloat16(const Floats& value) {
  const auto bits = __builtin_bit_cast(Words, value);
  const Words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Words quiet = (bits >> 16) | 0x40;
  const auto is_nan = __builtin_bit_cast(Words, value != value);
  return __builtin_convertvector((rounded & ~is_nan) | (quiet & is_nan), Halves);
}

RESZOO_INLINE Floats FromBfloat16(const Halves& value) {
  const Words bits = __builtin_convertvector(value, Words) << 16;
  return __builtin_bit_cast(Floats, bits);
}

/// The two values of each unit of bfloat16, as float32.
RESZOO_INLINE Floats LowBfloat16(const Ints& units) {
  const Ints bits = units << 16;
  return __builtin_bit_cast(Floats, bits);
}
RESZOO_INLINE Floats HighBfloat16(const Ints& units) {
  const Ints bits = units & static_cast<int32_t>(0xffff0000u);
  return __builtin_bit_cast(Floats, bits);
}
