/// The bin edges of numeric columns.
#pragma once
#include <vector>

namespace reszoo {

/// The bin edges of each column in ascending order: n + 1 values for n bins, n >= 1. Every edge is a float32 value.
/// `quantile_bins` and `tree_bins` (preprocess/bins.h) fit them to data.
using Bins = std::vector<std::vector<double>>;

}  // namespace reszoo
