/// Explains predictions of rows of a table by the contributions of their columns.
#pragma once
#include <filesystem>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reszoo/data/table.h"
#include "reszoo/infer/predictor.h"
#include "reszoo/metrics/shapley.h"

namespace reszoo {

struct ReportData;

/// Options of `explain`.
struct ExplainOptions {
  /// The class, label or target that is explained. "": the only target; the second of two classes; of more classes the
  /// predicted one of each row.
  std::string output = {};
  int64_t rounds = 1;      ///< pairs of permutations for each background row, see shapley_values
  uint64_t seed = 0;       ///< of the permutations
  Tensor background = {};  ///< prepared rows instead of Model::background
};

/// What contributes to the predictions of some rows: `values.base` plus the sum of `values.contributions` is the
/// prediction.
struct Explanation {
  std::vector<std::string> columns = {};  ///< the model's input columns, in the order of the contributions
  ShapleyValues values = {};
  std::vector<std::string> outputs = {};  ///< names of the classes, labels or targets
  Tensor output = {};                     ///< (N) int64: which of them is explained
};

/// Returns the contributions of the model's input columns to its predictions of prepared rows (`Model::input`). A
/// column is one feature however it is encoded.
///
/// What is explained is what `predict` writes: a value in the target's unit (an expected count, the median of
/// quantiles, days for a date), or a calibrated probability. The base is the mean prediction of the background rows.
///
///     const auto why = explain(model, model.input(rows));
///     why.values.contributions[0];   // of each of why.columns to the prediction of the first row
///
/// Contributions of rows without a prediction are NaN.
/// Throws: Error (usage) for a model of images, without background rows, for several targets or labels of which none is
/// named, and for quantiles without a median.
Explanation explain(Model& model, const Tensor& input, const ExplainOptions& options = {});

/// Returns the columns `base_value` and `contribution_<column>` for each column, after `explained`, the class, if there
/// are classes.
Frame explanation_table(const Explanation& explanation);

/// The mean of a column's absolute contributions.
struct MeanContribution {
  std::string column;
  double mean = 0;
};

/// Returns the mean absolute contribution of each column over the rows that have a prediction, the largest first.
std::vector<MeanContribution> mean_contributions(const Explanation& explanation);

/// Adds the mean absolute contributions on some of the rows to a report, with fewer background rows for more columns:
/// about 40,000 rows are predicted, at most `predictions`. Adds nothing if `explain` refuses the model, for more than
/// 500 columns, or for fewer predictions than five rows take.
void add_contributions(ReportData& report, Model& model, const Frame& table, uint64_t seed,
                       int64_t predictions = std::numeric_limits<int64_t>::max());

/// Reads rows of a table to be used as background: all if there are no more than `rows`, else a random choice, which
/// depends only on the seed and the number of rows.
Tensor read_background(const Predictor& predictor, const std::filesystem::path& path, int64_t rows, uint64_t seed,
                       const TableReadOptions& options = {});

/// Returns what a report says of columns: {"importance": [{"column", "mean", "deviation"}, …], "dependence":
/// [{"column", "values" or "words", "mean"}, …], "contributions": [{"column", "mean_absolute"}, …]}.
nlohmann::ordered_json columns_json(const ReportData& report);

}  // namespace reszoo
