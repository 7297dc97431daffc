/// The edges of the bins of numeric columns.
#pragma once
#include <vector>

namespace reszoo {

/// The edges of each column's bins, ascending: n + 1 numbers for n bins, n >= 1. Every edge
/// is a float32 number. `quantile_bins` and `tree_bins` (preprocess/bins.h) fit them to data.
using Bins = std::vector<std::vector<double>>;

}  // namespace reszoo
