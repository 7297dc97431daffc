#include "reszoo/metrics/curves.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "metric_inputs.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

Tensor with_first(double first, const Tensor& rest) { return at::cat({at::full({1}, first, at::kDouble), rest}); }

detail::Cuts cuts_of(const char* curve, const Tensor& score, const Tensor& positive, const Tensor& weight) {
  const auto m = detail::values(curve, score, positive, weight);
  return detail::cuts(m.given, m.target.ne(0), m.weight);
}

/// Returns the edges between the bins, (bins - 1) ascending. Multiples of 1 / bins are rounded as in NumPy, so that a
/// probability on an edge falls into the same bin.
Tensor inner_edges(const Tensor& probability, int64_t bins, CalibrationBins how) {
  const auto fractions = at::arange(1, bins, at::kDouble) * (1.0 / static_cast<double>(bins));
  return how == CalibrationBins::uniform ? fractions : at::quantile(probability, fractions);
}

/// Returns the metric for predicting 1 in the rows of each cut; the first value is for predicting 1 in no row.
Tensor values_of(ThresholdMetric metric, const detail::Cuts& cuts) {
  const auto hits = with_first(0, cuts.hits), misses = with_first(0, cuts.misses);
  const auto positives = hits[-1], negatives = misses[-1];
  switch (metric) {
    case ThresholdMetric::accuracy: return (hits + negatives - misses) / (positives + negatives);
    case ThresholdMetric::f1: return (2 * hits / (hits + misses + positives)).nan_to_num(0);
    case ThresholdMetric::balanced_accuracy: {
      // A class without rows is left out of the mean.
      const auto found = at::stack({hits / positives, 1 - misses / negatives});
      return found.nanmean(0);
    }
  }
  fail(ErrorKind::usage, "best_threshold: unknown metric {}", static_cast<int>(metric));
}

/// Returns thresholds between neighbouring descending scores, and beyond both ends, where they are as near to 0.5 as
/// possible.
Tensor between(const Tensor& scores) {
  const auto upper = with_first(1, scores), lower = at::cat({scores, at::zeros({1}, at::kDouble)});
  auto middle = (upper + lower) / 2;
  // If neighbours are so close that their middle equals the lower one, that threshold would include the lower one as
  // well.
  middle = at::where(middle <= lower, upper, middle);
  const auto most = scores[0].item<double>(), least = scores[-1].item<double>();
  if (most < 0.5) middle[0] = 0.5;
  if (most >= 1) middle[0] = std::nextafter(most, 2.0);
  middle[-1] = std::min(least, 0.5);
  return middle;
}

}  // namespace

RocCurve roc_curve(const Tensor& score, const Tensor& positive, const Tensor& weight) {
  const auto cuts = cuts_of("roc_curve", score, positive, weight);
  return {with_first(0, cuts.misses) / cuts.misses[-1], with_first(0, cuts.hits) / cuts.hits[-1],
          with_first(std::numeric_limits<double>::infinity(), cuts.threshold)};
}

PrecisionRecallCurve precision_recall_curve(const Tensor& score, const Tensor& positive, const Tensor& weight) {
  const auto cuts = cuts_of("precision_recall_curve", score, positive, weight);
  return {with_first(1, cuts.hits / (cuts.hits + cuts.misses)).flip(0),
          with_first(0, cuts.hits / cuts.hits[-1]).flip(0), cuts.threshold.flip(0)};
}

CalibrationCurve calibration_curve(const Tensor& probability, const Tensor& positive, int64_t bins, CalibrationBins how,
                                   const Tensor& weight) {
  if (bins < 1) fail(ErrorKind::usage, "calibration_curve: needs at least one bin, got bins={}", bins);
  const auto m = detail::values("calibration_curve", probability, positive, weight);
  const auto least = m.given.min().item<double>(), most = m.given.max().item<double>();
  if (!(least >= 0 && most <= 1))
    fail(ErrorKind::input, "calibration_curve: probabilities must be in [0, 1], got {} to {}", least, most);
  const auto bin = at::searchsorted(inner_edges(m.given, bins, how), m.given.contiguous());
  const auto sum = [&](const Tensor& value) {
    return at::zeros({bins}, at::kDouble).index_add_(0, bin, value * m.weight);
  };
  const auto all = sum(at::ones_like(m.given));
  const auto kept = [&](const Tensor& of_bins) { return of_bins.masked_select(all.gt(0)); };
  return {kept(sum(m.given) / all), kept(sum(m.target.ne(0).to(at::kDouble)) / all), kept(all)};
}

Tensor confusion_matrix(const Tensor& guess, const Tensor& target, int64_t classes, const Tensor& weight) {
  const auto m = detail::classes("confusion_matrix", guess, target, weight);
  const auto [low, high] = at::aminmax(at::cat({m.given, m.target}));
  if (low.item<int64_t>() < 0 || high.item<int64_t>() >= classes)
    fail(ErrorKind::input, "confusion_matrix: classes must be in 0 .. {}, got {} to {}", classes - 1,
         low.item<int64_t>(), high.item<int64_t>());
  return at::bincount(m.target * classes + m.given, m.weight, classes * classes).view({classes, classes});
}

Threshold best_threshold(const Tensor& probability, const Tensor& target, ThresholdMetric metric,
                         const Tensor& weight) {
  const auto m = detail::scored("best_threshold", probability, target, weight);
  if (m.given.size(1) != 2) fail(ErrorKind::input, "best_threshold: needs two classes, got {}", m.given.size(1));
  const auto cuts = detail::cuts(m.given.select(1, 1), m.target.eq(1), m.weight);
  const auto values = values_of(metric, cuts), thresholds = between(cuts.threshold);
  // Sums of weights in a different order differ in their last bits, so cuts within this tolerance are equal.
  const auto worse = values < values.max() - 1e-12;
  const auto chosen = (thresholds - 0.5).abs().masked_fill(worse, std::numeric_limits<double>::infinity()).argmin();
  const auto place = chosen.item<int64_t>();
  return {thresholds[place].item<double>(), values[place].item<double>()};
}

}  // namespace reszoo
