/// Curves, calibration and confusion matrix of a classifier, and the choice of a decision threshold. All results equal
/// scikit-learn's.
#pragma once
#include <ATen/core/Tensor.h>

namespace reszoo {

using at::Tensor;

// `weight` (N) is the weight of each row, as in metrics.h; `positive` (N) is true or 1 for rows of the class. Results
// are float64 on the CPU.
// Throws: Error (input) as in metrics.h.

/// The true-positive rate against the false-positive rate at every threshold that changes them.
///
/// Shape: (K + 1) for K distinct scores, from (0, 0), whose threshold is infinite, to (1, 1). A rate is NaN if its
/// denominator is 0.
struct RocCurve {
  Tensor false_positives, true_positives;  ///< rates
  Tensor thresholds;  ///< descending; a row is predicted positive if its score is at least the threshold
};
RocCurve roc_curve(const Tensor& score, const Tensor& positive, const Tensor& weight = {});

/// Precision against recall at every threshold that changes them.
///
/// Shape: precision and recall (K + 1), thresholds (K) ascending. The last point has recall 0 and precision 1 and no
/// threshold.
struct PrecisionRecallCurve {
  Tensor precision, recall, thresholds;
};
PrecisionRecallCurve precision_recall_curve(const Tensor& score, const Tensor& positive, const Tensor& weight = {});

/// How the bins of a calibration curve are chosen: with equal width, or by quantiles of the probabilities.
enum class CalibrationBins { uniform, quantile };

/// Predicted probabilities against observed frequencies, by bins of the probability. Empty bins are left out.
struct CalibrationCurve {
  Tensor predicted;  ///< mean probability
  Tensor observed;   ///< fraction of positives
  Tensor weight;     ///< number of rows, or the sum of their weights
};

/// Computes the calibration curve.
/// Throws: Error (input) also for a probability outside [0, 1]; Error (usage) for bins < 1.
CalibrationCurve calibration_curve(const Tensor& probability, const Tensor& positive, int64_t bins = 10,
                                   CalibrationBins how = CalibrationBins::uniform, const Tensor& weight = {});

/// Counts rows by class. Shape: (C, C), one row per true class and one column per predicted class.
/// Throws: Error (input) also for a class outside 0 .. classes - 1.
Tensor confusion_matrix(const Tensor& guess, const Tensor& target, int64_t classes, const Tensor& weight = {});

/// The metric that a decision threshold maximises.
enum class ThresholdMetric { accuracy, balanced_accuracy, f1 };

/// A decision threshold: class 1 is predicted if its probability is at least `threshold`.
struct Threshold {
  double threshold;
  double value;  ///< the metric at this threshold
};

/// Finds the threshold with the best metric. The search is exact, over all partitions of the rows, not over a grid. The
/// threshold lies midway between two neighbouring probabilities, or beyond all of them. Of equally good thresholds, the
/// one nearest to 0.5 is returned.
///
/// Shape: probability (N) of class 1, or (N, 2).
Threshold best_threshold(const Tensor& probability, const Tensor& target, ThresholdMetric metric,
                         const Tensor& weight = {});

}  // namespace reszoo
