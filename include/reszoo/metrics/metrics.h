/// How good predictions are: pure functions, in double, equal to scikit-learn's.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace reszoo {

using at::Tensor;

/// Metrics by name, in the order in which they are shown.
using Metrics = std::vector<std::pair<std::string, double>>;

// Every metric takes `weight` (N) last: how much each row counts, 0 or more, not
// all 0; left out, all rows count the same.
// Throws: Error (input) if shapes differ, if there are no rows, or for weights
// that are none.

// Regression. Shape: prediction and target have the same number of values. Two
// of the same shape (N, T) are T targets, and the figure is the mean over these.

/// The root of the mean squared error, in the target's unit.
double rmse(const Tensor& prediction, const Tensor& target, const Tensor& weight = {});

/// The mean absolute error, in the target's unit; of ordinal classes, in steps
/// from class to class.
double mae(const Tensor& prediction, const Tensor& target, const Tensor& weight = {});

/// 1 - sum((y - p)^2) / sum((y - mean(y))^2), at most 1. For a target of one
/// value it is 1 if all predictions are right and 0 if not, as in scikit-learn.
double r2(const Tensor& prediction, const Tensor& target, const Tensor& weight = {});

/// The mean pinball loss of a predicted quantile, a fraction q in [0, 1]:
/// max(q (y - p), (q - 1) (y - p)). At q = 0.5 half the mean absolute error.
double pinball(const Tensor& prediction, const Tensor& target, double quantile, const Tensor& weight = {});

// Classification. Shape: guess and target (N) of class numbers; probability
// (N, C), or (N) of class 1 of two. Throws: Error (input) also for a target
// outside 0 .. C - 1.

/// The fraction of right guesses.
double accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// The mean over the classes that occur in `target` of the fraction of each that
/// was found.
double balanced_accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// 2 TP / (2 TP + FP + FN) of class 1; 0 if class 1 is neither there nor guessed.
double f1(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// The mean of the f1 of every class that occurs in `guess` or `target`.
double f1_macro(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Agreement of ordered classes beyond chance, misses counted by their square:
/// 1 - mean((g - t)^2) / mean over independent g and t of (g - t)^2. NaN if all
/// rows have one class in both.
///
/// Source: Cohen 1968, "Weighted kappa".
double quadratic_kappa(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// The mean of -log(probability of the true class), in nats; probabilities are
/// kept 2.2e-16 away from 0 and 1.
double log_loss(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// The mean squared error of the probabilities: of class 1 of two, in [0, 1]; of
/// more classes the sum over these, in [0, 2].
///
/// Source: Brier 1950, "Verification of forecasts expressed in terms of probability".
double brier(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// The area under the curve of true against false positives: the chance that a
/// row of the class scores above one of another, ties counted half. With C > 2
/// the plain mean over classes, each against the rest.
///
/// NaN where it is not defined: a class that no row, or every row, has. Such a
/// figure is `null` in JSON.
double roc_auc(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// Average precision: the sum over falling thresholds of (recall - recall before)
/// times precision, without interpolation. With C > 2 the plain mean over
/// classes, each against the rest.
///
/// Differs: NaN for a class that no row has, where scikit-learn warns and says 0.
double pr_auc(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// The expected calibration error over `bins` bins of equal width, those of
/// calibration_curve: sum_b (n_b / n) |right_b - sure_b|, where right_b is the
/// fraction of right rows in the bin and sure_b their mean probability. Of two
/// classes this is of class 1; of more, of the likeliest class.
///
/// Source: Guo et al. 2017, arXiv:1706.04599, equation 3.
double calibration_error(const Tensor& probability, const Tensor& target, int64_t bins = 15, const Tensor& weight = {});

// Several targets or labels. Shape: (N, T).

/// A metric of one target, as above.
using Metric = std::function<double(const Tensor& given, const Tensor& target, const Tensor& weight)>;

/// The metric of each of T columns. Throws: Error (input) for tensors that are
/// not two of the same shape (N, T).
std::vector<double> per_target(const Metric& metric, const Tensor& given, const Tensor& target,
                               const Tensor& weight = {});

/// The mean of `per_target`: scikit-learn's macro average of labels.
double mean_over_targets(const Metric& metric, const Tensor& given, const Tensor& target, const Tensor& weight = {});

/// The fraction of rows whose labels are all right. Shape: (N, L) of 0 and 1.
double subset_accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// The fraction of labels that are wrong. Shape: (N, L) of 0 and 1.
double hamming_loss(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

}  // namespace reszoo
