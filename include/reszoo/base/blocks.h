/// Work on large tensors by blocks of rows: its temporaries have the size of some blocks, whatever the number of rows.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace reszoo {

using at::Tensor;

/// Rows of a block.
constexpr int64_t kBlockRows = int64_t{1} << 18;

/// Calls `work` for the blocks of 0 .. rows - 1, on all threads. `behind` is called again and again when blocks are
/// done, to release the pages of spilled tensors.
void for_blocks(int64_t rows, const std::function<void(int64_t begin, int64_t count)>& work,
                const std::function<void()>& behind = {}, int64_t block = kBlockRows);

/// Rows for which something holds.
struct FoundRows {
  int64_t count = 0;
  int64_t first = -1;  ///< -1: none
};

/// Returns for how many rows `holds`, which maps some of the values (M, ...) to (M) bool. Spilled values are released.
FoundRows find_rows(const Tensor& values, const std::function<Tensor(const Tensor&)>& holds);

/// Returns whether it holds for any row. Looks at no more blocks than that takes.
bool has_row(const Tensor& values, const std::function<Tensor(const Tensor&)>& holds);

/// The results of the functions below are spilled if they have more bytes than `most`; the spilled ones of their
/// arguments are then released.
///
/// Returns `values.index_select(0, rows)`. Shape: values (N, ...), rows (M) int64, to (M, ...).
Tensor selected_rows(const Tensor& values, const Tensor& rows, int64_t most = int64_t{64} << 20);

/// Returns `words.index({codes})`: a value for each row by its code, where -1 takes the last one.
/// Shape: words (K), codes (N) int64, to (N).
Tensor looked_up(const Tensor& words, const Tensor& codes, int64_t most = int64_t{64} << 20);

/// Returns `convert` of the values, which maps each block (M) to (M) of the type.
Tensor converted(const Tensor& values, at::ScalarType type, const std::function<Tensor(const Tensor&)>& convert,
                 int64_t most = int64_t{64} << 20);

}  // namespace reszoo
