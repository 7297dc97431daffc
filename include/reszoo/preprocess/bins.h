/// Fits bins of numeric columns.
#pragma once
#include <ATen/core/Tensor.h>

#include "reszoo/base/bin_edges.h"

namespace reszoo {

/// Divides each column of x into bins at its quantiles 0, 1/count, …, 1. Equal quantiles give one edge.
///
/// A column that holds only the value c gets one bin that starts at c.
///
/// Shape: x (N, columns).
/// Throws: Error (input) if there are no rows or a value is not finite; Error (usage) for count < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.1.
/// Differs: rtdl_num_embeddings rejects a constant column and count >= N, and keeps two edges that differ only by
/// rounding. Above 2^24 rows, every n-th row is used, since `at::quantile` takes no more.
Bins quantile_bins(const at::Tensor& x, int64_t count);

/// Options of tree_bins, named as in scikit-learn.
struct TreeBinsOptions {
  int64_t bins = 48;                 ///< maximum number of bins per column; `max_leaf_nodes`
  bool classification = false;       ///< whether y holds classes 0, 1, … instead of numbers
  int64_t min_samples_leaf = 1;      ///< minimum number of rows in a bin
  double min_impurity_decrease = 0;  ///< minimum impurity decrease of a split, as a mean over all rows
};

/// Divides each column of x into bins at the thresholds of a decision tree that predicts y from this column alone:
/// numbers by squared error, classes by Gini impurity.
///
/// The tree splits the leaf with the largest gain first. The edges are its thresholds, and the minimum and maximum of
/// the column.
///
/// Shape: x (N, columns), y (N).
/// Throws: Error (input) as quantile_bins, for y with a different number of rows, or for classes that are not 0, 1, …;
/// Error (usage) for bins < 1 or min_samples_leaf < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.2.
/// Differs: from scikit-learn's trees only in ties that rounding decides.
Bins tree_bins(const at::Tensor& x, const at::Tensor& y, const TreeBinsOptions& options = {});

}  // namespace reszoo
