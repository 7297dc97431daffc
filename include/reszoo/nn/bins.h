/// Where to cut the numbers of a column into bins.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace reszoo {

/// The edges of each column's bins, ascending: n + 1 numbers for n bins, n >= 1.
/// Every edge is a float32 number.
using Bins = std::vector<std::vector<double>>;

/// Cuts each column of x at its quantiles 0, 1/count, …, 1; equal ones count once.
///
/// A column of one value c gets one bin that begins at c.
///
/// Shape: x (N, columns).
/// Throws: Error (input) for no row, or a number that is not finite; Error (usage)
/// for count < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.1.
/// Differs: rtdl_num_embeddings refuses a column of one value and count >= N, and
/// keeps two edges that rounding alone makes different. Over 2^24 rows are thinned
/// out evenly, since `at::quantile` takes no more.
Bins quantile_bins(const at::Tensor& x, int64_t count);

/// Options of tree_bins, named as in scikit-learn.
struct TreeBinsOptions {
  int64_t bins = 48;                 ///< at most; `max_leaf_nodes`
  bool classification = false;       ///< y are classes 0, 1, …; else numbers
  int64_t min_samples_leaf = 1;      ///< rows in a bin at least
  double min_impurity_decrease = 0;  ///< of a cut, as a mean over all rows
};

/// Cuts each column of x where a decision tree on that column alone cuts it to
/// predict y: numbers by squared error, classes by Gini's impurity.
///
/// The tree grows the leaf that gains most first. Edges are the cuts, and the
/// column's least and largest number.
///
/// Shape: x (N, columns), y (N).
/// Throws: Error (input) as quantile_bins, and if x and y differ in rows; Error
/// (usage) for bins < 1 or min_samples_leaf < 1.
/// Source: Gorishniy et al. 2022, arXiv:2203.05556, section 3.2.2.
/// Differs: no difference from scikit-learn's trees, but in ties that rounding decides.
Bins tree_bins(const at::Tensor& x, const at::Tensor& y, const TreeBinsOptions& options = {});

}  // namespace reszoo
