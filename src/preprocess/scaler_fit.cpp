#include "scaler_fit.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// numpy's nanpercentile (linear) of each column, in its order of rounding: a level that coincides with a row must
/// return that row's value exactly, or ties would appear one level wider.
/// Shape: (N, F) to (Q, F).
Tensor column_quantiles(const Tensor& values, int64_t count) {
  const auto sorted = std::get<0>(values.sort(0));  // NaN is sorted last
  const auto last = (~values.isnan()).sum(0, true) - 1;
  const auto place = (reference_levels(count) * 100 / 100).unsqueeze(1) * last;
  const auto lower = place.floor().to(torch::kInt64);
  const auto upper = torch::minimum(lower + 1, last.expand_as(lower));
  const auto fraction = place - lower;
  const auto a = sorted.gather(0, lower), b = sorted.gather(0, upper);
  return torch::where(fraction < 0.5, a + (b - a) * fraction, b - (b - a) * (1 - fraction));
}

// The functions below fit columns divided by their units, and return what they fitted in the columns' own size.

/// Returns the values with noise that spreads ties.
Tensor with_noise(const Tensor& values, const Tensor& unit, const ScalerOptions& options) {
  const auto deviation = (values - values.nanmean(0)).square().nanmean(0).sqrt();
  // Numbers of 1e16 would swallow noise of the size 1.
  const auto most = torch::maximum(1 / unit, 1e-9 * deviation);
  const auto scale = options.rule == NoiseRule::published
                         ? options.noise / (deviation * unit).clamp_min(options.noise) / unit
                         : options.noise * torch::minimum(deviation, most);
  if (options.normals.defined()) return values + options.normals * scale;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(options.seed);
  return values + torch::randn(values.sizes(), generator, torch::kFloat64) * scale;
}

/// Returns how near a number must be to an end of each column to count as the end: scikit-learn's threshold, but less
/// for columns with quantiles nearer to the ends than that. Columns that differ by no more than the rounding error of
/// their numbers are constant.
/// Shape: (Q, F) to (F).
Tensor thresholds_of(const Tensor& quantiles, const Tensor& unit) {
  const auto infinity = std::numeric_limits<double>::infinity();
  const auto low = quantiles[0], high = quantiles[-1];
  const auto distance = torch::cat({quantiles - low, high - quantiles});
  const auto nearest = std::get<0>(distance.masked_fill(distance <= 0, infinity).min(0));
  const auto rounding = 16 * epsilon * torch::maximum(low.abs(), high.abs());
  const auto limit = bounds_threshold / unit.clamp_max(1);
  const auto usual = (nearest >= limit).logical_or(high - low <= rounding);
  return torch::where(usual, limit, nearest * 1e-6) * unit;
}

Fitted fit_quantiles(const Tensor& values, const Tensor& unit, const ScalerOptions& options) {
  const auto noisy = options.noise > 0 ? with_noise(values, unit, options) : values;
  const auto quantiles = column_quantiles(noisy, std::clamp<int64_t>(options.quantiles, 1, values.size(0)));
  constexpr double most = std::numeric_limits<double>::max();  // noise may lead beyond it
  Fitted fitted{{"quantiles", (quantiles * unit).clamp(-most, most)}};
  const auto thresholds = thresholds_of(quantiles, unit);
  if ((thresholds != bounds_threshold).any().item<bool>()) fitted["thresholds"] = thresholds;
  return fitted;
}

/// Fits the median and the interquartile range; if the quartiles are equal, 1, or half of the whole range for `smooth`.
Fitted fit_robust(const Tensor& values, const Tensor& unit, bool smooth) {
  const auto quartiles = column_quantiles(values, 5);  // 0, 25, 50, 75, 100 %
  const auto one = torch::ones({values.size(1)}, torch::kFloat64);
  const auto between = [&](int64_t low, int64_t high) { return quartiles[high] - quartiles[low]; };
  const auto half_range = between(0, 4) / 2 * unit;
  const auto fallback = smooth ? torch::where(half_range > 0, half_range, one) : one;
  const auto distance = between(1, 3) * unit;
  // scikit-learn's tolerance for the rounding error of equal quartiles, which is less for numbers below 1.
  const auto size = torch::maximum(quartiles[1].abs(), quartiles[3].abs()) * unit;
  const auto equal = (distance == 0).logical_or(distance < 10 * epsilon * size.clamp_max(1));
  return {{"median", quartiles[2] * unit}, {"scale", torch::where(equal, fallback, distance)}};
}

Fitted fit_standard(const Tensor& values, const Tensor& unit) {
  const auto mean = values.nanmean(0);
  const auto variance = (values - mean).square().nanmean(0);
  const auto count = (~values.isnan()).sum(0).to(torch::kFloat64);
  // scikit-learn's tolerance for the rounding error of a constant column.
  const auto constant = variance <= count * epsilon * variance + (count * mean * epsilon).square();
  return {{"mean", mean * unit}, {"scale", torch::where(constant, torch::ones_like(mean), variance.sqrt() * unit)}};
}

}  // namespace

Tensor units_of(const Tensor& values) {
  auto units = values.abs().nan_to_num(0).amax(0).contiguous();
  auto* unit = units.mutable_data_ptr<double>();
  for (int64_t i = 0; i < units.numel(); ++i) {
    const bool ordinary = unit[i] == 0 || (unit[i] > 1e-100 && unit[i] < 1e100);
    unit[i] = ordinary ? 1 : std::ldexp(1.0, std::max(std::ilogb(unit[i]), -1000));
  }
  return units;
}

Tensor standardized(const Tensor& values, const Tensor& middle, const Tensor& scale) {
  const auto distance = values - middle;
  return torch::where(distance.isfinite(), distance / scale, (values / 2 - middle / 2) / (scale / 2));
}

Tensor reference_levels(int64_t count) {
  auto levels = torch::arange(count, torch::kFloat64) * (1.0 / static_cast<double>(std::max<int64_t>(count - 1, 1)));
  if (count > 1) levels[count - 1] = 1.0;
  return levels;
}

Fitted fit_tensors(const Tensor& values, const ScalerOptions& options) {
  const auto unit = units_of(values), scaled = values / unit;
  switch (options.scaling) {
    case Scaling::quantile: return fit_quantiles(scaled, unit, options);
    case Scaling::standard: return fit_standard(scaled, unit);
    case Scaling::robust:
    case Scaling::smooth: return fit_robust(scaled, unit, options.scaling == Scaling::smooth);
    case Scaling::none: return {{"mean", scaled.nanmean(0) * unit}};
  }
  fail(ErrorKind::usage, "Scaling: unknown kind {}", static_cast<int>(options.scaling));
}

}  // namespace reszoo::detail
