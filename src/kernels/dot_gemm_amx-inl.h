// The products of dot_gemm.h by tiles of Intel's AMX, behind dot_gemm_tiles-inl.h, whose epilogue they share.
//
// A tile has up to 16 rows of 64 bytes. A product multiplies 16 rows of inputs with 16 units of 16 outputs, as panels
// are packed for the other instruction sets too. Two tiles of rows times two of outputs are added to at a time.
// The instructions are written out, since GCC 12's intrinsics do not say that they read memory.
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.

namespace reszoo::kernels::amx {
namespace {

using avx512_bf16::Floats, avx512_bf16::Ints, avx512_bf16::kLanes, avx512_bf16::Finish, avx512_bf16::FromRow;

#define RESZOO_INLINE static inline __attribute__((always_inline))

constexpr int64_t kTileRowsMost = 16, kTileUnits = 16, kVectors = 2;

/// The units of the sum whose weights, and inputs of 32 rows, stay in the L1 and L2 caches.
constexpr int64_t kBlockUnits = 16 * kTileUnits;

/// The operand of LDTILECFG.
struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {};
};

/// The places of tiles: sums of the two tiles of rows, inputs, weights.
constexpr int kSums = 0, kInputs = 4, kWeights = 6;

void Release() { __asm__ volatile("tilerelease"); }

/// Sets the rows of tiles: `first` and `second` rows of inputs.
RESZOO_INLINE void Configure(DotTiles& tiles, int64_t first, int64_t second) {
  if (tiles.rows[0] == first && tiles.rows[1] == second) return;
  tiles.rows[0] = first;
  tiles.rows[1] = second;
  tiles.release = &Release;
  TileConfig config;
  const auto upper = static_cast<uint8_t>(first), lower = static_cast<uint8_t>(std::max<int64_t>(second, 1));
  config.rows[kSums] = config.rows[kSums + 1] = config.rows[kInputs] = upper;
  config.rows[kSums + 2] = config.rows[kSums + 3] = config.rows[kInputs + 1] = lower;
  config.rows[kWeights] = config.rows[kWeights + 1] = kTileUnits;
  __asm__ volatile("ldtilecfg %0" : : "m"(config) : "memory");
}

template <int kTile>
RESZOO_INLINE void Zero() {
  __asm__ volatile("tilezero %%tmm%c0" : : "i"(kTile));
}
template <int kTile>
RESZOO_INLINE void Load(const void* from, int64_t stride) {
  __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(kTile) : "memory");
}
template <int kTile>
RESZOO_INLINE void Store(void* to, int64_t stride) {
  __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(kTile) : "memory");
}

struct DotBfloat16 {
  using Sum = Floats;
  template <int kSum, int kInput, int kWeight>
  RESZOO_INLINE void Add() {
    __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSum), "i"(kInput), "i"(kWeight));
  }
};

struct DotInt8 {
  using Sum = Ints;
  template <int kSum, int kInput, int kWeight>
  RESZOO_INLINE void Add() {
    __asm__ volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSum), "i"(kInput), "i"(kWeight));
  }
};

/// Calls `use` with each tile of sums as a constant, and with the sum's first row and vector.
template <int kRowTiles, int64_t kVectorsHere, typename Use>
RESZOO_INLINE void ForEachSum(int64_t first, const Use& use) {
  use(std::integral_constant<int, kSums>(), 0, 0);
  if constexpr (kVectorsHere > 1) use(std::integral_constant<int, kSums + 1>(), 0, 1);
  if constexpr (kRowTiles > 1) use(std::integral_constant<int, kSums + 2>(), first, 0);
  if constexpr (kRowTiles > 1 && kVectorsHere > 1) use(std::integral_constant<int, kSums + 3>(), first, 1);
}

/// A block of the sum: products of 16 units. The next block's weights are prefetched, `lines` at a product.
struct TileBlock {
  int64_t products;
  bool starts;
  const char* next;
  int64_t lines;
};

/// Adds a block to the sums of one or two tiles of rows, the first of which has `first` rows.
template <typename Dot, int64_t kVectorsHere, int kRowTiles>
void AddBlock(const char* inputs, int64_t stride, int64_t first, const char* weights, TileBlock block,
              typename Dot::Sum* sums) {
  constexpr int64_t width = kVectorsHere * kLanes * 4;  // bytes of a unit of all outputs, and of a row of sums
  const auto place = [&](int64_t row, int64_t vector) { return sums + row * kVectorsHere + vector; };
  ForEachSum<kRowTiles, kVectorsHere>(
      first, [&](auto tile, int64_t row, int64_t vector) __attribute__((always_inline)) {
        if (block.starts) Zero<decltype(tile)::value>();
        else Load<decltype(tile)::value>(place(row, vector), width);
      });
  const auto* second_inputs = inputs + first * stride;
  for (int64_t k = 0; k < block.products; ++k) {
    Load<kInputs>(inputs + k * 4 * kTileUnits, stride);
    Load<kWeights>(weights, width);
    Dot::template Add<kSums, kInputs, kWeights>();
    if constexpr (kVectorsHere > 1) {
      Load<kWeights + 1>(weights + 4 * kLanes, width);
      Dot::template Add<kSums + 1, kInputs, kWeights + 1>();
    }
    if constexpr (kRowTiles > 1) {
      Load<kInputs + 1>(second_inputs + k * 4 * kTileUnits, stride);
      Dot::template Add<kSums + 2, kInputs + 1, kWeights>();
      if constexpr (kVectorsHere > 1) Dot::template Add<kSums + 3, kInputs + 1, kWeights + 1>();
    }
    weights += kTileUnits * width;
    for (int64_t line = 0; line < block.lines; ++line, block.next += 64) __builtin_prefetch(block.next, 0, 2);
  }
  ForEachSum<kRowTiles, kVectorsHere>(
      first, [&](auto tile, int64_t row, int64_t vector)
                 __attribute__((always_inline)) { Store<decltype(tile)::value>(place(row, vector), width); });
}

RESZOO_INLINE void PrefetchResults(int64_t row, int64_t count, const DotEpilogue& epilogue, const DotOutput& y) {
  for (auto r = row; r < row + count; ++r) {
    const auto place = r * y.stride;
    __builtin_prefetch(static_cast<char*>(y.data) + place * y.as.bytes(), 1);
    if (epilogue.residual)
      __builtin_prefetch(static_cast<const char*>(epilogue.residual) + place * epilogue.residual_as.bytes());
  }
}

template <typename Dot, int64_t kVectorsHere>
void MultiplyRows(DotTiles& tiles, const DotRows& rows, const char* weights, void* partials,
                  const DotEpilogue& epilogue, const DotOutput& y) {
  constexpr int64_t width = kVectorsHere * kLanes * 4;
  const auto products = rows.depth / kTileUnits, blocks = (rows.depth + kBlockUnits - 1) / kBlockUnits;
  const auto pairs = (rows.count + 2 * kTileRowsMost - 1) / (2 * kTileRowsMost);
  const auto lines = (kTileUnits * width / 64 + pairs - 1) / pairs;
  auto* sums = static_cast<typename Dot::Sum*>(partials);
  for (int64_t i = 0; i < blocks; ++i) {
    const auto begin = i * products / blocks, end = (i + 1) * products / blocks;
    const auto* next = weights + (end - begin) * kTileUnits * width;
    TileBlock block{end - begin, i == 0, next, lines};
    for (int64_t row = 0; row < rows.count; row += 2 * kTileRowsMost) {
      const auto count = std::min(rows.count - row, 2 * kTileRowsMost);
      const auto first = count > kTileRowsMost ? (count + 1) / 2 : count, second = count - first;
      Configure(tiles, first, second);
      if (i + 1 == blocks) PrefetchResults(row, count, epilogue, y);
      const auto* inputs = static_cast<const char*>(rows.data) + row * rows.stride + begin * 4 * kTileUnits;
      auto* const here = sums + (blocks > 1 ? row * kVectorsHere : 0);
      if (second > 0) AddBlock<Dot, kVectorsHere, 2>(inputs, rows.stride, first, weights, block, here);
      else AddBlock<Dot, kVectorsHere, 1>(inputs, rows.stride, first, weights, block, here);
      block.next += lines * 64 * block.products;
      if (i + 1 == blocks) Finish(here, count, kVectorsHere, FromRow(epilogue, row, y.stride), FromRow(y, row));
    }
    weights = next;
  }
}

template <typename Dot>
void MultiplyRowsOf(DotTiles& tiles, int64_t vectors, const DotRows& rows, const void* weights, void* partials,
                    const DotEpilogue& epilogue, const DotOutput& y) {
  const auto multiply = vectors == 1 ? &MultiplyRows<Dot, 1> : &MultiplyRows<Dot, 2>;
  multiply(tiles, rows, static_cast<const char*>(weights), partials, epilogue, y);
}

/// Whether the processor has the instructions and Linux lets this process use them.
bool allowed() {
  constexpr unsigned needed = 1u << 22 | 1u << 24 | 1u << 25;  // AMX-BF16, AMX-TILE, AMX-INT8
  constexpr long request_permission = 0x1023, tile_data = 18;  // of Linux 5.16's asm/prctl.h
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & needed) != needed) return false;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

#undef RESZOO_INLINE
}  // namespace reszoo::kernels::amx
