/// Metrics of predictions: pure functions in double precision, equal to scikit-learn's.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace reszoo {

using at::Tensor;

/// Metrics by name, in display order.
using Metrics = std::vector<std::pair<std::string, double>>;

// Every metric takes `weight` (N) last: the weight of each row, 0 or more, not all 0. If it is left out, all rows have
// the same weight.
// Throws: Error (input) if shapes differ, if there are no rows, or if the weights are invalid.

// Regression. Shape: prediction and target have the same number of values. If both have shape (N, T), they are T
// targets, and the result is the mean over the targets.

/// Returns the root mean squared error, in the target's unit.
double rmse(const Tensor& prediction, const Tensor& target, const Tensor& weight = {});

/// Returns the mean absolute error, in the target's unit. For ordinal classes the unit is one step between neighbouring
/// classes.
double mae(const Tensor& prediction, const Tensor& target, const Tensor& weight = {});

/// Returns 1 - sum((y - p)^2) / sum((y - mean(y))^2), which is at most 1. For a constant target it is 1 if all
/// predictions are right and 0 if not, as in scikit-learn.
double r2(const Tensor& prediction, const Tensor& target, const Tensor& weight = {});

/// Returns the mean pinball loss of a predicted quantile, for a fraction q in [0, 1]: max(q (y - p), (q - 1) (y - p)).
/// At q = 0.5 it is half the mean absolute error.
double pinball(const Tensor& prediction, const Tensor& target, double quantile, const Tensor& weight = {});

// Classification. Shape: guess and target (N) of class numbers; probability (N, C), or (N) for the probability of class
// 1 of two.
// Throws: Error (input) also for a target outside 0 .. C - 1.

/// Returns the fraction of correct predictions.
double accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Returns the fraction of rows whose class is among the `k` most probable ones. Of equal probabilities the higher
/// class number comes first, as in scikit-learn's top_k_accuracy_score.
double top_k_accuracy(const Tensor& probability, const Tensor& target, int64_t k, const Tensor& weight = {});

/// Returns the mean recall of the classes that occur in `target`.
double balanced_accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Returns 2 TP / (2 TP + FP + FN) of class 1, or 0 if class 1 occurs in neither `guess` nor `target`.
double f1(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Returns the mean F1 of the classes that occur in `guess` or `target`.
double f1_macro(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Returns the quadratic weighted kappa: agreement of ordered classes beyond chance, with errors weighted by their
/// square, 1 - mean((g - t)^2) / mean over independent g and t of (g - t)^2. It is NaN if all rows have the same class
/// in both.
///
/// Source: Cohen 1968, "Weighted kappa".
double quadratic_kappa(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Returns the mean of -log(probability of the true class), in nats. Probabilities are clipped to stay 2.2e-16 away
/// from 0 and 1.
double log_loss(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// Returns the mean squared error of the probabilities: for two classes, of the probability of class 1, in [0, 1]; for
/// more classes, summed over the classes, in [0, 2].
///
/// Source: Brier 1950, "Verification of forecasts expressed in terms of probability".
double brier(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// Returns the area under the ROC curve: the probability that a row of the class has a higher score than a row of
/// another class, with ties counted as half. For C > 2 it is the unweighted mean over the classes, one against the
/// rest.
///
/// It is NaN where it is undefined: for a class that no row, or every row, has. In JSON it is then `null`.
double roc_auc(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// Returns the average precision: the sum over descending thresholds of (recall - previous recall) times precision,
/// without interpolation. For C > 2 it is the unweighted mean over the classes, one against the rest.
///
/// Differs: NaN for a class that no row has; scikit-learn warns and returns 0.
double pr_auc(const Tensor& probability, const Tensor& target, const Tensor& weight = {});

/// Returns the expected calibration error over `bins` bins of equal width, the bins of calibration_curve: sum_b (n_b /
/// n) |right_b - sure_b|, where right_b is the fraction of correct rows in the bin and sure_b their mean probability.
/// For two classes it uses the probability of class 1; for more, that of the most likely class.
///
/// Source: Guo et al. 2017, arXiv:1706.04599, equation 3.
double calibration_error(const Tensor& probability, const Tensor& target, int64_t bins = 15, const Tensor& weight = {});

// Several targets or labels. Shape: (N, T).

/// A metric of one target, such as those above.
using Metric = std::function<double(const Tensor& given, const Tensor& target, const Tensor& weight)>;

/// Returns the metric of each of T columns.
/// Throws: Error (input) if the tensors do not have the same shape (N, T).
std::vector<double> per_target(const Metric& metric, const Tensor& given, const Tensor& target,
                               const Tensor& weight = {});

/// Returns the mean of `per_target`: scikit-learn's macro average over labels.
double mean_over_targets(const Metric& metric, const Tensor& given, const Tensor& target, const Tensor& weight = {});

/// Returns the fraction of rows whose labels are all correct. Shape: (N, L) of 0 and 1.
double subset_accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

/// Returns the fraction of labels that are wrong. Shape: (N, L) of 0 and 1.
double hamming_loss(const Tensor& guess, const Tensor& target, const Tensor& weight = {});

}  // namespace reszoo
