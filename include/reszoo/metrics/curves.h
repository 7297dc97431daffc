/// Curves and tables of a classifier as values, and the threshold to decide at. All equal to scikit-learn's.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo {

using at::Tensor;

// `weight` (N) is how much each row counts, as in metrics.h; `positive` (N) is
// true or 1 for rows of the class. Results are float64 on the CPU.
// Throws: Error (input) as in metrics.h.

/// True against false positives at every threshold that changes them.
///
/// Shape: (K + 1) for K different scores; from (0, 0), whose threshold is
/// infinite, to (1, 1). A fraction is NaN if there is nothing to take it of.
struct RocCurve {
  Tensor false_positives, true_positives;  ///< fractions
  Tensor thresholds;                       ///< falling; a row is taken if it scores at least this
};
RocCurve roc_curve(const Tensor& score, const Tensor& positive, const Tensor& weight = {});

/// Precision against recall at every threshold that changes them.
///
/// Shape: precision and recall (K + 1), thresholds (K) rising. The last point is
/// recall 0 at precision 1 and has no threshold.
struct PrecisionRecallCurve {
  Tensor precision, recall, thresholds;
};
PrecisionRecallCurve precision_recall_curve(const Tensor& score, const Tensor& positive, const Tensor& weight = {});

/// How the bins of a calibration curve are cut: of equal width, or by quantiles
/// of the probabilities.
enum class CalibrationBins { uniform, quantile };

/// Predicted probabilities against observed frequencies, by bins of the probability. Empty bins are left out.
struct CalibrationCurve {
  Tensor predicted;  ///< mean probability
  Tensor observed;   ///< fraction of positives
  Tensor weight;     ///< rows, or their weight
};

/// Throws: Error (input) also for a probability outside [0, 1]; Error (usage)
/// for bins < 1.
CalibrationCurve calibration_curve(const Tensor& probability, const Tensor& positive, int64_t bins = 10,
                                   CalibrationBins how = CalibrationBins::uniform, const Tensor& weight = {});

/// Counts rows by class: (C, C), a row for each true class, a column for each predicted one.
/// Throws: Error (input) also for a class outside 0 .. classes - 1.
Tensor confusion_matrix(const Tensor& guess, const Tensor& target, int64_t classes, const Tensor& weight = {});

/// What a decision threshold is chosen by.
enum class ThresholdMetric { accuracy, balanced_accuracy, f1 };

/// A row is of class 1 if its probability is at least `threshold`.
struct Threshold {
  double threshold;
  double value;  ///< of the metric, at this threshold
};

/// Finds the threshold with the best metric over all cuts of the rows: exact, not
/// a grid. It lies midway between two neighbouring probabilities, or beyond all
/// of them; of equally good cuts it is the one nearest to 0.5.
///
/// Shape: probability (N) of class 1, or (N, 2).
Threshold best_threshold(const Tensor& probability, const Tensor& target, ThresholdMetric metric,
                         const Tensor& weight = {});

}  // namespace reszoo
