// The decision tree of `tree_bins`, on one column.
#pragma once
#include <vector>

#include "reszoo/preprocess/bins.h"

namespace reszoo {

/// Returns the thresholds of a tree that is grown best-first, in no particular order.
/// Throws: Error (input) for classes that are not 0, 1, ….
std::vector<float> tree_thresholds(const std::vector<float>& x, const std::vector<double>& y,
                                   const TreeBinsOptions& options);

}  // namespace reszoo
