#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "metric_inputs.h"
#include "reszoo/base/error.h"
#include "reszoo/metrics/curves.h"
#include "reszoo/metrics/metrics.h"

namespace reszoo {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double roc_area(const Tensor& score, const Tensor& positive, const Tensor& weight) {
  const auto [threshold, hits, misses] = detail::cuts(score, positive, weight);
  const auto positives = hits[-1].item<double>(), negatives = misses[-1].item<double>();
  if (positives == 0 || negatives == 0) return undefined;
  const auto zero = at::zeros({1}, at::kDouble);
  const auto width = at::diff(misses, 1, 0, zero), height = hits + at::cat({zero, hits.slice(0, 0, -1)});
  return width.dot(height).item<double>() / (2 * positives * negatives);
}

double average_precision(const Tensor& score, const Tensor& positive, const Tensor& weight) {
  const auto [threshold, hits, misses] = detail::cuts(score, positive, weight);
  const auto positives = hits[-1].item<double>();
  if (positives == 0) return undefined;
  const auto gained = at::diff(hits, 1, 0, at::zeros({1}, at::kDouble));
  return gained.dot(hits / (hits + misses)).item<double>() / positives;
}

/// Returns the value for class 1 of two classes, or the mean over several classes.
template <typename Area>
double over_classes(const detail::Measured& m, Area area) {
  if (m.given.size(1) == 2) return area(m.given.select(1, 1), m.target.eq(1), m.weight);
  double sum = 0;
  for (int64_t c = 0; c < m.given.size(1); ++c) sum += area(m.given.select(1, c), m.target.eq(c), m.weight);
  return sum / static_cast<double>(m.given.size(1));
}

/// Returns 2 TP / (2 TP + FP + FN) of each class; NaN for 0/0.
Tensor f1_of_classes(const detail::Measured& m, int64_t classes) {
  const auto counts = confusion_matrix(m.given, m.target, classes, m.weight);
  return 2 * counts.diagonal() / (counts.sum(0) + counts.sum(1));
}

}  // namespace

double accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  const auto m = detail::classes("accuracy", guess, target, weight);
  return detail::mean(m.given.eq(m.target), m.weight);
}

double top_k_accuracy(const Tensor& probability, const Tensor& target, int64_t k, const Tensor& weight) {
  if (k < 1) fail(ErrorKind::usage, "top_k_accuracy: k must be at least 1, got {}", k);
  const auto m = detail::scored("top_k_accuracy", probability, target, weight);
  const auto own = m.target.unsqueeze(1), of_target = m.given.gather(1, own);
  const auto later = at::arange(m.given.size(1)).unsqueeze(0).gt(own);
  const auto before = m.given.gt(of_target).logical_or(m.given.eq(of_target).logical_and(later)).sum(1);
  return detail::mean(before.lt(k), m.weight);
}

double balanced_accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  const auto m = detail::classes("balanced_accuracy", guess, target, weight);
  const auto [values, place, unused] = at::_unique2(m.target, /*sorted=*/true, /*return_inverse=*/true);
  const auto all = at::zeros_like(values, at::kDouble).index_add_(0, place, m.weight);
  const auto found = at::zeros_like(all).index_add_(0, place, m.weight * m.given.eq(m.target));
  return (found / all).masked_select(all.gt(0)).mean().item<double>();
}

double f1(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  auto m = detail::classes("f1", guess, target, weight);
  m.given = m.given.eq(1).to(at::kLong);
  m.target = m.target.eq(1).to(at::kLong);
  return f1_of_classes(m, 2)[1].nan_to_num(0).item<double>();
}

double f1_macro(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  const auto m = detail::classes("f1_macro", guess, target, weight);
  const auto occurring = std::get<0>(at::_unique2(at::cat({m.given, m.target})));
  const auto scores = f1_of_classes(m, occurring[-1].item<int64_t>() + 1);
  return scores.index_select(0, occurring).nan_to_num(0).mean().item<double>();
}

double quadratic_kappa(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  const auto m = detail::classes("quadratic_kappa", guess, target, weight);
  const auto given = m.given.to(at::kDouble), wanted = m.target.to(at::kDouble);
  // For independent g and t: E(g - t)^2 = Eg^2 + Et^2 - 2 Eg Et.
  const double chance = detail::mean(given.square() + wanted.square(), m.weight) -
                        2 * detail::mean(given, m.weight) * detail::mean(wanted, m.weight);
  return chance == 0 ? undefined : 1 - detail::mean((given - wanted).square(), m.weight) / chance;
}

double log_loss(const Tensor& probability, const Tensor& target, const Tensor& weight) {
  const auto m = detail::scored("log_loss", probability, target, weight);
  constexpr double eps = std::numeric_limits<double>::epsilon();
  return -detail::mean(m.given.gather(1, m.target.unsqueeze(1)).squeeze(1).clamp(eps, 1 - eps).log(), m.weight);
}

double brier(const Tensor& probability, const Tensor& target, const Tensor& weight) {
  const auto m = detail::scored("brier", probability, target, weight);
  if (m.given.size(1) == 2) return detail::mean((m.given.select(1, 1) - m.target).square(), m.weight);
  const auto truth = at::one_hot(m.target, m.given.size(1)).to(at::kDouble);
  return detail::mean((m.given - truth).square().sum(1), m.weight);
}

double roc_auc(const Tensor& probability, const Tensor& target, const Tensor& weight) {
  return over_classes(detail::scored("roc_auc", probability, target, weight), roc_area);
}

double pr_auc(const Tensor& probability, const Tensor& target, const Tensor& weight) {
  return over_classes(detail::scored("pr_auc", probability, target, weight), average_precision);
}

double calibration_error(const Tensor& probability, const Tensor& target, int64_t bins, const Tensor& weight) {
  const auto m = detail::scored("calibration_error", probability, target, weight);
  const auto [likeliest, guess] = m.given.max(1);
  const bool two = m.given.size(1) == 2;
  const auto curve =
      calibration_curve(two ? m.given.select(1, 1) : likeliest, two ? m.target.eq(1) : guess.eq(m.target), bins,
                        CalibrationBins::uniform, m.weight);
  return detail::mean((curve.observed - curve.predicted).abs(), curve.weight);
}

}  // namespace reszoo
