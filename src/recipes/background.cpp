// Chooses background rows from a table of any size.
#include <ATen/ATen.h>

#include "reszoo/base/error.h"
#include "reszoo/base/random.h"
#include "reszoo/recipes/explain.h"
#include "reszoo/recipes/input_batches.h"

namespace reszoo {
namespace {

/// Rows of a table that was read so far: those with the least random keys.
struct Chosen {
  Tensor rows, keys;
  int64_t seen = 0;

  void add(const Tensor& batch, int64_t most, uint64_t seed) {
    auto next = at::empty({batch.size(0)}, at::kDouble);
    for (int64_t i = 0; i < batch.size(0); ++i)
      next.mutable_data_ptr<double>()[i] = Random(seed, 0, seen + i).uniform();
    seen += batch.size(0);
    rows = rows.defined() ? at::cat({rows, batch}) : batch;
    keys = keys.defined() ? at::cat({keys, next}) : next;
    if (rows.size(0) <= most) return;
    const auto kept = std::get<0>(std::get<1>(keys.topk(most, 0, /*largest=*/false)).sort());
    rows = rows.index_select(0, kept);
    keys = keys.index_select(0, kept);
  }
};

}  // namespace

Tensor read_background(const Predictor& predictor, const std::filesystem::path& path, int64_t rows, uint64_t seed,
                       const TableReadOptions& options) {
  Chosen chosen;
  for_each_batch(predictor, path, {.table = options},
                 [&](const InputBatch& batch) { chosen.add(batch.input, rows, seed); });
  if (!chosen.rows.defined() || chosen.rows.size(0) == 0)
    fail(ErrorKind::input, "{}: has no rows to compare with", path.string());
  return chosen.rows;
}

}  // namespace reszoo
