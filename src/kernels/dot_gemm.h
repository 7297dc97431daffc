/// The product of rows and packed panels of weights in bfloat16 or int8: the counterpart of packed_gemm.h.
///
/// Values are read four bytes at a time, a unit: two bfloat16 or four int8 values, which an instruction multiplies and
/// adds to one sum. Rows are given by an `IndirectionBuffer` whose elements are units.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/indirection.h"

namespace reszoo::kernels {

/// The type of the values that are multiplied. Sums are float32 for bfloat16 and int32 for int8 (unsigned inputs,
/// signed weights).
enum class DotType : uint8_t { bfloat16, int8 };

/// Returns the number of values of a unit.
constexpr int64_t unit_values(DotType type) { return type == DotType::bfloat16 ? 2 : 4; }

/// How values are stored: float32, bfloat16, or as unsigned integers with real = (value - zero_point) * scale.
struct StoredAs {
  enum class Type : uint8_t { float32, bfloat16, uint8 } type = Type::float32;
  float scale = 1, zero_point = 0, qmax = 255;  ///< of uint8; values are at most qmax

  int64_t bytes() const { return type == Type::float32 ? 4 : type == Type::bfloat16 ? 2 : 1; }
  bool operator==(const StoredAs&) const = default;
};

/// The work on the sums: y = max(sum * scale + bias + residual, least), then rounded to how y is stored.
struct DotEpilogue {
  const float* scale = nullptr;  ///< of each output; null: 1
  const float* bias = nullptr;   ///< of each output; null: 0
  const void* residual = nullptr;
  StoredAs residual_as = {};
  bool relu = false;
};

/// The destination of the results: row r, output o is value r * stride + o of `data`.
struct DotOutput {
  void* data;
  StoredAs as;
  int64_t stride;
  int64_t outputs;  ///< outputs of this panel; nothing is stored beyond them
};

/// The instruction sets that the products are compiled for. `best` is the fastest one that this processor has.
enum class DotTarget : uint8_t { portable, avx2, avx512_vnni, avx512_bf16, amx };
DotTarget best_dot_target(DotType type);
/// Returns all that this processor has, the portable one first.
std::vector<DotTarget> dot_targets(DotType type);
/// Overrides the choice, for tests; nothing restores it.
void set_dot_target(DotType type, DotTarget target);

/// The outputs of a vector, and the vectors of a panel. `multiply_dot_rows` is there if `units` is above 1; the units
/// of its sums are filled up to multiples of that.
struct DotPanel {
  int64_t lanes, vectors, units = 1;
  int64_t width() const { return lanes * vectors; }
};
DotPanel dot_panel(DotType type);

/// Multiplies all rows of the buffer with a panel; `offset` units are added to each row pointer. The panel's weights
/// are (depth in units, width, values of a unit). `partials` has room for rows * width sums, aligned to 64 bytes, where
/// rows are tiles times tile_rows. The pointers of the epilogue belong to the same first element as y.
void multiply_dot_panel(DotType type, int64_t vectors, const IndirectionBuffer& buffer, int64_t offset,
                        const void* weights, void* partials, const DotEpilogue& epilogue, const DotOutput& y);

/// Rows at a constant stride in bytes. The depth, in units, is a multiple of the panel's `units`.
struct DotRows {
  const void* data;
  int64_t stride, count, depth;
};

/// The state of the processor's tiles while a thread multiplies rows; it is given up at the end.
struct DotTiles {
  int64_t rows[2] = {};
  void (*release)() = nullptr;

  DotTiles() = default;
  DotTiles(const DotTiles&) = delete;
  DotTiles& operator=(const DotTiles&) = delete;
  ~DotTiles() {
    if (release) release();
  }
};

/// The same as `multiply_dot_panel`, by tiles. `partials` has room for rows * width sums.
void multiply_dot_rows(DotType type, DotTiles& tiles, int64_t vectors, const DotRows& rows, const void* weights,
                       void* partials, const DotEpilogue& epilogue, const DotOutput& y);

/// Multiplies rows in groups of one or two units that have as many outputs as values: `vector` is the index of a vector
/// of outputs, whose inputs are those of the same channels. The weights are (segments, units of a group, lanes, values
/// of a unit).
void multiply_dot_groups(DotType type, int64_t group_units, const IndirectionBuffer& buffer, int64_t offset,
                         const void* weights, const DotEpilogue& epilogue, const DotOutput& y);

/// Converts `count` values.
void convert_stored(const void* from, const StoredAs& from_as, void* to, const StoredAs& to_as, int64_t count);

/// sums[i] += value i, for `count` values.
void accumulate_stored(const void* from, const StoredAs& as, int64_t count, float* sums);

}  // namespace reszoo::kernels
