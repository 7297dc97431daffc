#include "reszoo/metrics/temperature.h"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <cmath>
#include <functional>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

/// The mean log loss of some rows as a function of 1 / T.
struct LossByInverse {
  std::function<double(double)> value, slope;
  bool has_minimum = true;
  int64_t rows = 0;
};

/// Finds where an increasing function crosses 0, by the Illinois variant of the regula falsi. The function has values
/// of both signs at the ends.
double zero_between(double low, double high, const std::function<double(double)>& function) {
  double at_low = function(low), at_high = function(high);
  double last = low;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low * at_high - high * at_low) / (at_high - at_low);
    const double value = function(middle);
    const bool is_low = value < 0, was_low = last == low;
    if (value == 0 || std::abs(middle - last) < 1e-13) return middle;
    (is_low ? low : high) = middle;
    (is_low ? at_low : at_high) = value;
    if (i > 0 && is_low == was_low) (is_low ? at_high : at_low) /= 2;
    last = middle;
  }
  return last;
}

TemperatureFit minimum_of(const LossByInverse& loss) {
  TemperatureFit fit{.rows = loss.rows};
  if (loss.rows == 0) return fit;
  fit.before = fit.after = loss.value(1);
  if (!loss.has_minimum) return fit;
  const auto slope = [&](double log_inverse) { return loss.slope(std::exp(log_inverse)); };
  const double low = -std::log(kMostTemperature), high = -std::log(kLeastTemperature);
  const double best = slope(low) >= 0 ? low : slope(high) <= 0 ? high : zero_between(low, high, slope);
  fit.temperature = std::exp(-best);
  fit.after = loss.value(1 / fit.temperature);
  return fit;
}

/// Returns the rows of finite logits as float64, and their targets.
std::pair<Tensor, Tensor> usable(const Tensor& logits, const Tensor& target, int64_t classes) {
  const auto given = logits.detach().to(at::kCPU, at::kDouble);
  const auto truth = target.detach().to(at::kCPU, at::kLong);
  if (given.dim() != 2 || truth.dim() != 1 || given.size(0) != truth.size(0))
    fail(ErrorKind::input, "temperature: logits must have a row for each target, got shape={} and shape={}",
         fmt::join(logits.sizes(), "x"), fmt::join(target.sizes(), "x"));
  if (truth.lt(0).logical_or(truth.ge(classes)).any().item<bool>())
    fail(ErrorKind::input, "temperature: targets must be classes in 0 .. {}", classes - 1);
  const auto kept = given.isfinite().all(1).nonzero().squeeze(1);
  return {given.index_select(0, kept), truth.index_select(0, kept)};
}

double mean_of(const Tensor& losses) { return losses.mean().item<double>(); }

/// The ends of the true class's interval on the axis of log-odds, in place of infinite ones.
constexpr double kEnd = 1e6;
/// The least width of such an interval: a class between two equal logits has the probability 0.
constexpr double kLeastWidth = 1e-9;

}  // namespace

TemperatureFit fit_temperature(const Tensor& logits, const Tensor& target) {
  const auto each = logits.dim() == 1 ? at::stack({at::zeros_like(logits), logits}, 1) : logits;
  const auto [given, truth] = usable(each, target, each.size(-1));
  const auto above = given - given.gather(1, truth.unsqueeze(1));  // of each class, above the true one
  return minimum_of({.value = [&](double inverse) { return mean_of((above * inverse).logsumexp(1)); },
                     .slope = [&](double inverse) { return mean_of(((above * inverse).softmax(1) * above).sum(1)); },
                     .has_minimum = above.numel() > 0 && above.max().item<double>() > 0,
                     .rows = truth.size(0)});
}

TemperatureFit fit_ordinal_temperature(const Tensor& logits, const Tensor& target) {
  const auto [given, truth] = usable(logits, target, logits.size(-1) + 1);
  const auto ends = at::full({given.size(0), 1}, kEnd, at::kDouble);
  const auto all = at::cat({ends, given, -ends}, 1);
  const auto upper = all.gather(1, truth.unsqueeze(1)).squeeze(1);  // of y >= the true class
  const auto lower = at::minimum(all.gather(1, truth.unsqueeze(1) + 1).squeeze(1), upper - kLeastWidth);
  const auto width = upper - lower;
  // sigmoid(u) - sigmoid(l) = sigmoid(u) sigmoid(-l) (1 - exp(l - u)), which loses no digits.
  return minimum_of({.value =
                         [&](double inverse) {
                           return -mean_of(at::log_sigmoid(upper * inverse) + at::log_sigmoid(-lower * inverse) +
                                           (-(-width * inverse).expm1()).log());
                         },
                     .slope =
                         [&](double inverse) {
                           return -mean_of(upper * (-upper * inverse).sigmoid() - lower * (lower * inverse).sigmoid() +
                                           width / (width * inverse).expm1());
                         },
                     .has_minimum = upper.lt(0).logical_or(lower.gt(0)).any().item<bool>(),
                     .rows = truth.size(0)});
}

}  // namespace reszoo
