/// Inspects a model by the columns of a table: permutation importance and partial dependence.
///
/// Both work on raw columns and on any function of a table, so a category or a date is one column however it is
/// encoded.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "reszoo/metrics/monitor.h"
#include "reszoo/preprocess/frame_rows.h"

namespace reszoo {

/// Metrics of the rows of a table, which includes its target.
using FrameMetrics = std::function<Metrics(const Frame& table)>;

/// Predictions for the rows of a table. Shape: (N), or (N, C) for C values per row.
using FramePredictions = std::function<Tensor(const Frame& table)>;

/// Draws `rows` rows of the table without replacement and keeps their order. Returns all rows if the table has no more.
/// Words that no longer occur are removed. The result depends only on (number of rows of the table, rows, seed).
Frame sample_rows(const FrameRows& table, int64_t rows, uint64_t seed);

struct ImportanceOptions {
  int64_t repeats = 5;
  int64_t rows = 2000;  ///< maximum; a larger table is sampled
  uint64_t seed = 0;
  Monitor monitor = {};  ///< the metric whose change is the importance
  /// Each (N) int64, the order of the rows in one repeat. If empty, they are derived from the seed. All columns use the
  /// same ones.
  std::vector<Tensor> permutations = {};
};

/// How much worse the metric becomes, in its unit, when the values of the column are permuted among the rows.
struct ColumnImportance {
  std::string column;
  double mean = 0, deviation = 0;  ///< over the repeats; `deviation` is the population standard deviation
  std::vector<double> repeats = {};
};

/// Computes the permutation importance of each of `columns`, in their order.
///
/// If two columns carry the same information, each has a small importance, because the model still has the other one.
/// Throws: Error (input) for a column that does not exist or a table without rows; Error (usage) for repeats < 1,
/// permutations of a different number of rows, or a monitored metric that is not among the metrics.
/// Source: Breiman 2001, "Random Forests", section 10; Fisher et al. 2018, arXiv:1801.01489. Equal to scikit-learn's
/// permutation_importance for the same permutations.
std::vector<ColumnImportance> permutation_importance(const Frame& table, const std::vector<std::string>& columns,
                                                     const FrameMetrics& metrics,
                                                     const ImportanceOptions& options = {});

/// Sorts columns by their mean importance, the largest first; NaN is last.
std::vector<ColumnImportance> by_importance(std::vector<ColumnImportance> columns);

struct DependenceOptions {
  int64_t points = 24;      ///< maximum number of grid points of a numeric column
  int64_t categories = 12;  ///< maximum number of categories of a text column, the most frequent ones
  int64_t rows = 500;       ///< maximum; a larger table is sampled
  uint64_t seed = 0;
  bool individual = false;  ///< also return the predictions of each row
};

/// The mean prediction over all rows when one column is set to a value, for several values of that column.
struct PartialDependence {
  std::string column;
  bool dates = false;                   ///< whether `values` are days since 1970-01-01 UTC
  std::vector<double> values = {};      ///< grid of a numeric or date column, ascending
  std::vector<std::string> words = {};  ///< grid of a text column, the most frequent word first
  Tensor mean = {};                     ///< (points, C) float64
  Tensor individual = {};               ///< with `individual`: (points, rows, C) float64, in the order of the rows
  std::vector<double> deciles = {};     ///< deciles of a numeric column, which show where the rows are
};

/// Computes the partial dependence on a column.
///
/// The grid is scikit-learn's: the distinct values themselves if there are fewer than `points`, otherwise `points`
/// equally spaced values from the 5th to the 95th percentile (or between the ends of the range if these percentiles
/// coincide). Missing and infinite values are not in the grid; rows with a missing value are set like all others.
///
/// Throws: Error (input) for a column that does not exist or has no finite value; Error (usage) for fewer than 2 points
/// or 1 category. Source: Friedman 2001, "Greedy function approximation", section 8.2. Equal to scikit-learn's
/// partial_dependence (method "brute", kinds "average" and, for `individual`, "individual") on the sampled rows.
PartialDependence partial_dependence(const Frame& table, const std::string& column, const FramePredictions& predictions,
                                     const DependenceOptions& options = {});

}  // namespace reszoo
