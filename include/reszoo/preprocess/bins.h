/// Bins of numeric columns, fitted to data.
#pragma once
#include <ATen/core/Tensor.h>

#include "reszoo/base/bin_edges.h"

namespace reszoo {

/// Cuts each column of x at its quantiles 0, 1/count, …, 1; equal quantiles give one edge.
///
/// A column of one value c gets one bin that starts at c.
///
/// Shape: x (N, columns).
/// Throws: Error (input) for no row or a number that is not finite; Error (usage) for
/// count < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.1.
/// Differs: rtdl_num_embeddings refuses a column of one value and count >= N, and keeps two
/// edges that differ only by rounding. Of more than 2^24 rows every n-th is used, since
/// `at::quantile` takes no more.
Bins quantile_bins(const at::Tensor& x, int64_t count);

/// Options of tree_bins, named as in scikit-learn.
struct TreeBinsOptions {
  int64_t bins = 48;                 ///< maximum number of bins of a column; `max_leaf_nodes`
  bool classification = false;       ///< whether y are classes 0, 1, … instead of numbers
  int64_t min_samples_leaf = 1;      ///< minimum number of rows in a bin
  double min_impurity_decrease = 0;  ///< minimum gain of a cut, as a mean over all rows
};

/// Cuts each column of x at the thresholds of a decision tree that predicts y from this
/// column alone: numbers by squared error, classes by Gini impurity.
///
/// The tree splits the leaf with the largest gain first. The edges are its thresholds, and the
/// minimum and maximum of the column.
///
/// Shape: x (N, columns), y (N).
/// Throws: Error (input) as quantile_bins, for y of another number of rows, or classes that are
/// not 0, 1, …; Error (usage) for bins < 1 or min_samples_leaf < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.2.
/// Differs: from scikit-learn's trees only in ties that rounding decides.
Bins tree_bins(const at::Tensor& x, const at::Tensor& y, const TreeBinsOptions& options = {});

}  // namespace reszoo
