#include "column_noise.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "normal_rows.h"
#include "reszoo/base/limited_parallel.h"
#include "reszoo/base/spilled.h"

namespace reszoo::detail {
namespace {

constexpr int64_t kRowsInMemory = 1 << 18;  // that a thread has changed until pages are released

}  // namespace

NoisyColumns::NoisyColumns(int64_t rows, int64_t columns)
    : values_(rows * columns * 8 > kMostTableBytes ? spilled_empty({columns, rows}, torch::kFloat64)
                                                   : torch::empty({columns, rows}, torch::kFloat64)) {}

void NoisyColumns::set(int64_t column, const Tensor& values) {
  values_[column].copy_(values);
  release_pages(values_);
}

void NoisyColumns::spread(const std::vector<double>& scales, const ScalerOptions& options) {
  if (options.normals.defined()) return add(0, options.normals.contiguous(), scales);
  NormalRows normals(values_.size(1), values_.size(0), options.seed);
  const auto threads = at::get_num_threads();
  limited_parallel(threads, threads, [&](int64_t) {
    int64_t rows = 0;
    while (const auto block = normals.next()) {
      add(block->begin, block->values, scales);
      rows += block->values.size(0);
      if (rows < kRowsInMemory) continue;
      release_pages(values_);
      rows = 0;
    }
  });
  release_pages(values_);
}

/// Shape: normals (M, F).
void NoisyColumns::add(int64_t first_row, const Tensor& normals, const std::vector<double>& scales) const {
  const auto columns = normals.size(1), rows = normals.size(0);
  const auto* normal = normals.const_data_ptr<double>();
  auto* values = values_.mutable_data_ptr<double>();
  for (int64_t column = 0; column < columns; ++column) {
    auto* value = values + column * values_.size(1) + first_row;
    const double scale = scales[static_cast<size_t>(column)];
    for (int64_t row = 0; row < rows; ++row) value[row] += normal[row * columns + column] * scale;
  }
}

Tensor NoisyColumns::take(int64_t column) const { return values_[column]; }

}  // namespace reszoo::detail
