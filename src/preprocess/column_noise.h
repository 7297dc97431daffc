/// Spreads the values of columns by noise. Private.
#pragma once
#include <vector>

#include "reszoo/preprocess/scaler.h"

namespace reszoo::detail {

/// Columns to which noise is added. Many rows are kept in a temporary file.
class NoisyColumns {
 public:
  NoisyColumns(int64_t rows, int64_t columns);

  /// Sets a column. Threads may set different columns.
  void set(int64_t column, const Tensor& values);

  /// Adds `options.normals`, or numbers drawn with `options.seed`, times the scale of each column.
  void spread(const std::vector<double>& scales, const ScalerOptions& options);

  /// Returns a column. Shape: (N).
  Tensor take(int64_t column) const;

 private:
  void add(int64_t first_row, const Tensor& normals, const std::vector<double>& scales) const;

  Tensor values_;  ///< (F, N)
};

}  // namespace reszoo::detail
