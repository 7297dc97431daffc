// A decision tree on one column.
#pragma once
#include <vector>

#include "reszoo/nn/bins.h"

namespace reszoo {

/// The thresholds of a tree that is grown best first, in no order.
std::vector<float> cuts_of_tree(const std::vector<float>& x, const std::vector<double>& y, const TreeBinsOptions& options);

}  // namespace reszoo
