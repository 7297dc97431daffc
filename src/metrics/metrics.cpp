#include "reszoo/metrics/metrics.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <cmath>

#include "metric_inputs.h"
#include "reszoo/base/error.h"

namespace reszoo {
namespace {

using detail::Measured;

bool are_columns(const Tensor& given, const Tensor& target) {
  return given.dim() == 2 && given.sizes() == target.sizes() && given.numel() > 0;
}

/// Returns the mean over the targets of the metric of each target.
template <typename Figure>
double over_targets(const char* metric, const Tensor& prediction, const Tensor& target, const Tensor& weight,
                    Figure figure) {
  const auto of = [&](const Tensor& p, const Tensor& y) { return figure(detail::values(metric, p, y, weight)); };
  if (!are_columns(prediction, target)) return of(prediction, target);
  double sum = 0;
  for (int64_t t = 0; t < target.size(1); ++t) sum += of(prediction.select(1, t), target.select(1, t));
  return sum / static_cast<double>(target.size(1));
}

/// Returns 1, or for values whose squares would overflow or vanish a power of two of about their size. Divided by it,
/// values keep their digits.
double square_scale(const Tensor& values) {
  const double largest = values.abs().max().item<double>();
  if (!std::isfinite(largest) || largest == 0 || (largest > 1e-100 && largest < 1e100)) return 1;
  return std::ldexp(1.0, std::max(std::ilogb(largest), -1000));
}

void require_columns(const char* what, const Tensor& given, const Tensor& target) {
  if (!are_columns(given, target))
    fail(ErrorKind::input, "{}: needs two tensors of the same shape (N, T), got ({}) and ({})", what,
         fmt::join(given.sizes(), ", "), fmt::join(target.sizes(), ", "));
}

}  // namespace

double rmse(const Tensor& prediction, const Tensor& target, const Tensor& weight) {
  return over_targets("rmse", prediction, target, weight, [](const Measured& m) {
    const Tensor error = m.given - m.target;
    const double scale = square_scale(error);
    return scale * std::sqrt(detail::mean((error / scale).square(), m.weight));
  });
}

double mae(const Tensor& prediction, const Tensor& target, const Tensor& weight) {
  return over_targets("mae", prediction, target, weight, [](const Measured& m) {
    const Tensor error = m.given - m.target;
    const double scale = square_scale(error);
    return scale * detail::mean((error / scale).abs(), m.weight);
  });
}

double r2(const Tensor& prediction, const Tensor& target, const Tensor& weight) {
  return over_targets("r2", prediction, target, weight, [](const Measured& m) {
    const double scale = square_scale(m.target);
    const auto scaled = m.target / scale;
    const auto residual = detail::mean((scaled - m.given / scale).square(), m.weight);
    const auto total = detail::mean((scaled - detail::mean(scaled, m.weight)).square(), m.weight);
    if (total == 0) return residual == 0 ? 1.0 : 0.0;
    return 1 - residual / total;
  });
}

double pinball(const Tensor& prediction, const Tensor& target, double quantile, const Tensor& weight) {
  if (!(quantile >= 0 && quantile <= 1))
    fail(ErrorKind::usage, "pinball: quantile must be a fraction in [0, 1], got {}", quantile);
  return over_targets("pinball", prediction, target, weight, [&](const Measured& m) {
    const auto above = m.target - m.given;
    return detail::mean(at::maximum(above * quantile, above * (quantile - 1)), m.weight);
  });
}

std::vector<double> per_target(const Metric& metric, const Tensor& given, const Tensor& target, const Tensor& weight) {
  require_columns("per_target", given, target);
  std::vector<double> figures;
  for (int64_t t = 0; t < target.size(1); ++t)
    figures.push_back(metric(given.select(1, t), target.select(1, t), weight));
  return figures;
}

double mean_over_targets(const Metric& metric, const Tensor& given, const Tensor& target, const Tensor& weight) {
  double sum = 0;
  for (const double figure : per_target(metric, given, target, weight)) sum += figure;
  return sum / static_cast<double>(target.size(1));
}

double subset_accuracy(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  require_columns("subset_accuracy", guess, target);
  const auto right = guess.cpu().to(at::kLong).eq(target.cpu().to(at::kLong)).all(1);
  return accuracy(right, at::ones_like(right), weight);
}

double hamming_loss(const Tensor& guess, const Tensor& target, const Tensor& weight) {
  return 1 - mean_over_targets(accuracy, guess, target, weight);
}

}  // namespace reszoo
