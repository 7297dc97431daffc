#include "reszoo/train/metrics.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

struct Pair {
  Tensor given, target;
};

/// Both as flat float64 on the CPU.
Pair values(const char* metric, const Tensor& prediction, const Tensor& target) {
  if (prediction.numel() != target.numel() || target.numel() == 0)
    fail(ErrorKind::input,
         "{}: prediction and target must have the same number of values and at least one, got {} and {}", metric,
         prediction.numel(), target.numel());
  return {prediction.detach().to(at::kCPU, at::kDouble).flatten(), target.detach().to(at::kCPU, at::kDouble).flatten()};
}

/// Both as flat int64 on the CPU.
Pair classes(const char* metric, const Tensor& guess, const Tensor& target) {
  auto [given, wanted] = values(metric, guess, target);
  return {given.to(at::kLong), wanted.to(at::kLong)};
}

/// Probabilities as (N, C) float64 and targets as (N) int64, both on the CPU.
Pair scored(const char* metric, const Tensor& probability, const Tensor& target) {
  auto given = probability.detach().to(at::kCPU, at::kDouble);
  if (given.dim() == 2 && given.size(1) == 1) given = given.squeeze(1);
  if (given.dim() == 1) given = at::stack({1 - given, given}, 1);
  auto wanted = target.detach().to(at::kCPU, at::kLong).flatten();
  if (given.dim() != 2 || given.size(0) != wanted.size(0) || wanted.size(0) == 0)
    fail(ErrorKind::input, "{}: probability must be (N, C) or (N) for N > 0 targets, got ({}) for {} targets", metric,
         fmt::join(probability.sizes(), ", "), wanted.size(0));
  const auto low = wanted.min().item<int64_t>(), high = wanted.max().item<int64_t>();
  if (low < 0 || high >= given.size(1))
    fail(ErrorKind::input, "{}: targets must be in 0 .. {}, got {}", metric, given.size(1) - 1, low < 0 ? low : high);
  return {given, wanted};
}

/// One class against the rest, by the sum of the ranks of its rows' scores.
double area(const Tensor& score, const Tensor& positive) {
  const auto positives = positive.sum().item<double>();
  const auto negatives = static_cast<double>(positive.numel()) - positives;
  if (positives == 0 || negatives == 0) return std::numeric_limits<double>::quiet_NaN();
  const auto [unused, place, count] =
      at::_unique2(score, /*sorted=*/true, /*return_inverse=*/true, /*return_counts=*/true);
  // Rows with the same score share the middle of the ranks that they take up.
  const auto rank = count.cumsum(0).to(at::kDouble) - (count.to(at::kDouble) - 1) / 2;
  const auto sum = rank.index_select(0, place).masked_select(positive).sum().item<double>();
  return (sum - positives * (positives + 1) / 2) / (positives * negatives);
}

}  // namespace

double rmse(const Tensor& prediction, const Tensor& target) {
  const auto [given, wanted] = values("rmse", prediction, target);
  return std::sqrt((given - wanted).square().mean().item<double>());
}

double mae(const Tensor& prediction, const Tensor& target) {
  const auto [given, wanted] = values("mae", prediction, target);
  return (given - wanted).abs().mean().item<double>();
}

double r2(const Tensor& prediction, const Tensor& target) {
  const auto [given, wanted] = values("r2", prediction, target);
  const auto residual = (wanted - given).square().sum().item<double>();
  const auto total = (wanted - wanted.mean()).square().sum().item<double>();
  if (total == 0) return residual == 0 ? 1 : 0;
  return 1 - residual / total;
}

double accuracy(const Tensor& guess, const Tensor& target) {
  const auto [given, wanted] = classes("accuracy", guess, target);
  return given.eq(wanted).to(at::kDouble).mean().item<double>();
}

double balanced_accuracy(const Tensor& guess, const Tensor& target) {
  const auto [given, wanted] = classes("balanced_accuracy", guess, target);
  const auto [unused, place, count] =
      at::_unique2(wanted, /*sorted=*/true, /*return_inverse=*/true, /*return_counts=*/true);
  const auto found = at::zeros_like(count, at::kDouble).index_add_(0, place, given.eq(wanted).to(at::kDouble));
  return (found / count).mean().item<double>();
}

double log_loss(const Tensor& probability, const Tensor& target) {
  const auto [given, wanted] = scored("log_loss", probability, target);
  constexpr double eps = std::numeric_limits<double>::epsilon();
  return -given.gather(1, wanted.unsqueeze(1)).clamp(eps, 1 - eps).log().mean().item<double>();
}

double roc_auc(const Tensor& probability, const Tensor& target) {
  const auto [given, wanted] = scored("roc_auc", probability, target);
  if (given.size(1) == 2) return area(given.select(1, 1), wanted.eq(1));
  double sum = 0;
  for (int64_t c = 0; c < given.size(1); ++c) sum += area(given.select(1, c), wanted.eq(c));
  return sum / static_cast<double>(given.size(1));
}

}  // namespace reszoo
