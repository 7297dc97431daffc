/// How good predictions are: pure functions, in double, equal to scikit-learn's.
#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace reszoo {

using at::Tensor;

/// Named figures in the order in which they are shown.
using Metrics = std::vector<std::pair<std::string, double>>;

// Regression. Shape: prediction and target have the same number of values.
// Throws: Error (input) if not, or if there are none.

/// The root of the mean squared error, in the target's unit.
double rmse(const Tensor& prediction, const Tensor& target);

/// The mean absolute error, in the target's unit.
double mae(const Tensor& prediction, const Tensor& target);

/// 1 - sum((y - p)^2) / sum((y - mean(y))^2), at most 1. For a target of one
/// value it is 1 if all predictions are right and 0 if not, as in scikit-learn.
double r2(const Tensor& prediction, const Tensor& target);

// Classification. Shape: guess and target (N) of class numbers; probability
// (N, C), or (N) of class 1 of two. Throws: Error (input) if shapes differ, if
// there are no rows, or for a target outside 0 .. C - 1.

/// The fraction of right guesses.
double accuracy(const Tensor& guess, const Tensor& target);

/// The mean over the classes that occur in `target` of the fraction of each that
/// was found.
double balanced_accuracy(const Tensor& guess, const Tensor& target);

/// The mean of -log(probability of the true class), in nats; probabilities are
/// kept 2.2e-16 away from 0 and 1.
double log_loss(const Tensor& probability, const Tensor& target);

/// The area under the curve of true against false positives: the chance that a
/// row of the class scores above one of another, ties counted half. With C > 2
/// the plain mean over classes, each against the rest.
///
/// NaN where it is not defined: a class that no row, or every row, has. Such a
/// figure is `null` in JSON.
double roc_auc(const Tensor& probability, const Tensor& target);

}  // namespace reszoo
