// Fits the tensors of a Scaler.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "number_scaler.h"
#include "reszoo/preprocess/scaler.h"

namespace reszoo::detail {

using Fitted = std::map<std::string, Tensor>;

/// Returns the unit of each column. Shape: (N, F) to (F).
Tensor units_of(const Tensor& values);

/// Returns (values - middle) / scale, of which the difference may be infinite.
Tensor standardized(const Tensor& values, const Tensor& middle, const Tensor& scale);

/// Returns `level_list` as a tensor.
Tensor reference_levels(int64_t count);

/// Returns how many of so many columns are worked on at the same time: what this needs of memory is a part of the
/// table.
int64_t column_workers(int64_t columns);

/// The tensors of a Scaler by key, and the least and the largest value of each column, (2, F).
struct FittedColumns {
  Fitted tensors;
  Tensor ends;
};

/// Fits the columns; `names` (F) are used in messages.
/// Throws: Error (input) that names a column without values, or with an infinite one.
FittedColumns fit_columns(const NumberColumns& columns, const std::vector<std::string>& names,
                          const ScalerOptions& options);

}  // namespace reszoo::detail
