/// Inspection of a model by the columns of a table: how much it needs each column, and how its predictions depend on
/// one.
///
/// Both work on raw columns and any function of a table, so a category or a date is one column however it is encoded.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "reszoo/preprocess/frame.h"

namespace reszoo {

/// A metric of the rows of a table that has its target too.
using FrameMetric = std::function<double(const Frame& table)>;

/// Predictions for the rows of a table. Shape: (N), or (N, C) for C numbers a row.
using FramePredictions = std::function<Tensor(const Frame& table)>;

/// `rows` rows of the table drawn without replacement, in their order; all, if it
/// has no more. Words that no row has are left out. Depends on (rows of the table, rows, seed) alone.
Frame sample_rows(const Frame& table, int64_t rows, uint64_t seed);

struct ImportanceOptions {
  int64_t repeats = 5;
  int64_t rows = 2000;  ///< at most; a sample is drawn of more
  uint64_t seed = 0;
  bool greater_is_better = true;  ///< the metric's sense
  /// Each (N) int64, the order of the rows in a repeat; left out, they follow
  /// from the seed. All columns share them.
  std::vector<Tensor> permutations = {};
};

/// How much worse the metric becomes, in its unit, when the column's values are permuted among the rows.
struct ColumnImportance {
  std::string column;
  double mean = 0, deviation = 0;  ///< over the repeats, the deviation the population's
  std::vector<double> repeats = {};
};

/// The importance of each of `columns` by permutation, in their order.
///
/// If two columns carry the same information, each has a small importance: the model still has the other one.
/// Throws: Error (input) for a column that is not there or a table without rows;
/// Error (usage) for repeats < 1, or permutations of another number of rows.
/// Source: Breiman 2001, "Random Forests", section 10; Fisher et al. 2018,
/// arXiv:1801.01489; equal to scikit-learn's permutation_importance for the same
/// permutations.
std::vector<ColumnImportance> permutation_importance(const Frame& table, const std::vector<std::string>& columns,
                                                     const FrameMetric& metric, const ImportanceOptions& options = {});

struct DependenceOptions {
  int64_t points = 24;      ///< of a column of numbers, at most
  int64_t categories = 12;  ///< of a column of text, at most: the most frequent
  int64_t rows = 500;       ///< at most; a sample is drawn of more
  uint64_t seed = 0;
};

/// The mean prediction of all rows with one column set to a value, for values of
/// that column.
struct PartialDependence {
  std::string column;
  bool dates = false;                   ///< whether `values` are days since 1970-01-01 UTC
  std::vector<double> values = {};      ///< of a column of numbers or dates, rising
  std::vector<std::string> words = {};  ///< of a column of text, the most frequent first
  Tensor mean = {};                     ///< (points, C) float64
  std::vector<double> deciles = {};     ///< of a column of numbers: where the rows are
};

/// The grid is that of scikit-learn: the values themselves if there are fewer
/// than `points`, else `points` from the 5th to the 95th percentile in equal steps
/// (at the ends of the range where these two are one). Missing values stand in no
/// grid, and rows that have them are set like all others.
///
/// Throws: Error (input) for a column that is not there or has no value; Error
/// (usage) for fewer than 2 points or 1 category.
/// Source: Friedman 2001, "Greedy function approximation", section 8.2; equal to
/// scikit-learn's partial_dependence (method "brute", kind "average") on the rows
/// sampled.
PartialDependence partial_dependence(const Frame& table, const std::string& column, const FramePredictions& predictions,
                                     const DependenceOptions& options = {});

}  // namespace reszoo
