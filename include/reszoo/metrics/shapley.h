/// Shapley values: how much each feature of a row contributes to a prediction.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace reszoo {

using at::Tensor;

/// A function of rows. Shape: (N, D) to (N), or (N, C) for C values of each row.
using RowFunction = std::function<Tensor(const Tensor& rows)>;

struct ShapleyOptions {
  int64_t rounds = 1;  ///< pairs of permutations for each background row
  uint64_t seed = 0;   ///< of the permutations; all rows have the same ones
  /// Largest number of rows that are given to the function at once, unless one row with one background row needs more:
  /// 2 (features - 1).
  int64_t batch_size = 16384;
};

/// Contributions of the features of each row; base + sum of contributions = value of the function for the row, up to
/// rounding. float64.
struct ShapleyValues {
  Tensor base = {};           ///< (N): mean of the function over the background rows
  Tensor contributions = {};  ///< (N, features)
};

/// Estimates interventional Shapley values: a feature that is not known has its values in the background rows.
///
/// Each background row has `rounds` random permutations of the features, and each permutation is walked in both
/// directions (antithetic pairs). A walk starts at the background row and takes over the features of the explained row
/// one after the other; the change of the function at each step is a contribution. The estimate is unbiased, exact for
/// functions without interactions of more than two features, and its sum is always exact. A row costs
/// 2 (features - 1) rounds (background rows) calls of the function.
///
/// `features` says which columns of a row are which feature; each column is in one. `output` (N) int64 says which of C
/// values is explained for each row; it may be left out if there is one.
///
/// Shape: rows (N, D), background (B, D) of the same type.
/// Throws: Error (input) for other shapes and without background rows; Error (usage) for rounds < 1.
/// Source: Štrumbelj and Kononenko 2014, "Explaining prediction models and individual predictions with feature
/// contributions"; Mitchell et al. 2022, arXiv:2104.12199, section 4.1. The values of shap's PermutationExplainer,
/// which averages over the background within each step, have the same expectation.
ShapleyValues shapley_values(const RowFunction& function, const Tensor& rows, const Tensor& background,
                             const std::vector<std::vector<int64_t>>& features, const Tensor& output = {},
                             const ShapleyOptions& options = {});

}  // namespace reszoo
