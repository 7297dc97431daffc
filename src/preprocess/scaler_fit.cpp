#include "scaler_fit.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "column_noise.h"
#include "fitted_column.h"
#include "reszoo/base/error.h"
#include "reszoo/base/limited_parallel.h"
#include "sorted_numbers.h"

namespace reszoo::detail {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

void check_columns_finite(const std::vector<FittedColumn>& columns, const std::vector<std::string>& names) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty) fail(ErrorKind::input, "column \"{}\": has no value in any row", names.at(i));
    if (columns[i].infinite >= 0)
      fail(ErrorKind::input, "column \"{}\": must be finite, got {} in row {}", names.at(i), columns[i].infinite_value,
           columns[i].infinite + 1);
  }
}

/// Returns one number of each column. Shape: (F).
template <typename Number>
Tensor of_each(const std::vector<FittedColumn>& columns, const Number& number) {
  std::vector<double> numbers;
  for (const auto& column : columns) numbers.push_back(static_cast<double>(number(column)));
  return torch::tensor(numbers, torch::kFloat64);
}

/// Returns the quantiles of each column. Shape: (Q, F).
Tensor all_quantiles(const std::vector<FittedColumn>& columns) {
  std::vector<Tensor> quantiles;
  for (const auto& column : columns) quantiles.push_back(column.quantiles);
  return torch::stack(quantiles, 1);
}

/// Returns the standard deviation of the noise for a column.
double noise_of(const FittedColumn& column, const ScalerOptions& options) {
  const double deviation = std::sqrt(column.moments.variance), unit = column.unit;
  if (options.rule == NoiseRule::published) return options.noise / std::max(deviation * unit, options.noise) / unit;
  // Numbers of 1e16 would swallow noise of the size 1.
  return options.noise * std::min(deviation, std::max(1 / unit, 1e-9 * deviation));
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

/// Fits the quantiles. The values may have been spread by noise.
Fitted fit_quantiles(const Tensor& quantiles, const Tensor& unit) {
  constexpr double most = std::numeric_limits<double>::max();  // noise may lead beyond it
  Fitted fitted{{"quantiles", (quantiles * unit).clamp(-most, most)}};
  const auto thresholds = thresholds_of(quantiles, unit);
  if ((thresholds != bounds_threshold).any().item<bool>()) fitted["thresholds"] = thresholds;
  return fitted;
}

/// Fits the median and the interquartile range; if the quartiles are equal, 1, or half of the whole range for `smooth`.
/// Shape: quartiles (5, F), at 0, 25, 50, 75, 100 %.
Fitted fit_robust(const Tensor& quartiles, const Tensor& unit, bool smooth) {
  const auto one = torch::ones_like(unit);
  const auto between = [&](int64_t low, int64_t high) { return quartiles[high] - quartiles[low]; };
  const auto half_range = between(0, 4) / 2 * unit;
  const auto fallback = smooth ? torch::where(half_range > 0, half_range, one) : one;
  const auto distance = between(1, 3) * unit;
  // scikit-learn's tolerance for the rounding error of equal quartiles, which is less for numbers below 1.
  const auto size = torch::maximum(quartiles[1].abs(), quartiles[3].abs()) * unit;
  const auto equal = (distance == 0).logical_or(distance < 10 * epsilon * size.clamp_max(1));
  return {{"median", quartiles[2] * unit}, {"scale", torch::where(equal, fallback, distance)}};
}

Fitted fit_standard(const std::vector<FittedColumn>& columns, const Tensor& unit) {
  const auto mean = of_each(columns, [](const auto& column) { return column.moments.mean; });
  const auto variance = of_each(columns, [](const auto& column) { return column.moments.variance; });
  const auto count = of_each(columns, [](const auto& column) { return column.moments.count; });
  // scikit-learn's tolerance for the rounding error of a constant column.
  const auto constant = variance <= count * epsilon * variance + (count * mean * epsilon).square();
  return {{"mean", mean * unit}, {"scale", torch::where(constant, torch::ones_like(mean), variance.sqrt() * unit)}};
}

/// Fits each column on its own, apart from the noise.
std::vector<FittedColumn> fit_each(const NumberColumns& columns, int64_t levels, NoisyColumns* noisy, bool moments) {
  std::vector<FittedColumn> fitted(static_cast<size_t>(columns.count));
  limited_parallel(columns.count, column_workers(columns.count), [&](int64_t i) {
    auto numbers = columns.get(i);
    auto& column = fitted[static_cast<size_t>(i)] = look_at_values(numbers);
    if (column.empty || column.infinite >= 0) return;
    if (column.unit != 1) numbers = numbers / column.unit;
    if (moments) column.moments = moments_of(numbers);
    if (noisy) noisy->set(i, numbers);
    else if (levels > 0) column.quantiles = quantiles_of(sorted_numbers(numbers), levels);
  });
  return fitted;
}

}  // namespace

Tensor units_of(const Tensor& values) {
  auto units = values.abs().nan_to_num(0).amax(0).contiguous();
  auto* unit = units.mutable_data_ptr<double>();
  std::transform(unit, unit + units.numel(), unit, power_unit);
  return units;
}

Tensor standardized(const Tensor& values, const Tensor& middle, const Tensor& scale) {
  const auto distance = values - middle;
  return torch::where(distance.isfinite(), distance / scale, (values / 2 - middle / 2) / (scale / 2));
}

Tensor reference_levels(int64_t count) { return torch::tensor(level_list(count), torch::kFloat64); }

int64_t column_workers(int64_t columns) { return std::clamp<int64_t>(columns / 8, 1, at::get_num_threads()); }

FittedColumns fit_columns(const NumberColumns& columns, const std::vector<std::string>& names,
                          const ScalerOptions& options) {
  const bool quantile = options.scaling == Scaling::quantile, smooth = options.scaling == Scaling::smooth;
  const bool robust = options.scaling == Scaling::robust || smooth;
  const auto levels = quantile ? std::clamp<int64_t>(options.quantiles, 1, columns.rows) : robust ? 5 : 0;
  std::optional<NoisyColumns> noisy;
  if (quantile && options.noise > 0) noisy.emplace(columns.rows, columns.count);
  auto fitted = fit_each(columns, levels, noisy ? &*noisy : nullptr, noisy || levels == 0);
  check_columns_finite(fitted, names);
  if (noisy) {
    std::vector<double> scales;
    for (const auto& column : fitted) scales.push_back(noise_of(column, options));
    noisy->spread(scales, options);
    limited_parallel(columns.count, column_workers(columns.count), [&](int64_t i) {
      fitted[static_cast<size_t>(i)].quantiles = quantiles_of(sorted_numbers(noisy->take(i)), levels);
    });
  }
  const auto unit = of_each(fitted, [](const auto& column) { return column.unit; });
  const auto ends = torch::stack({of_each(fitted, [](const auto& column) { return column.low; }),
                                  of_each(fitted, [](const auto& column) { return column.high; })});
  if (quantile) return {fit_quantiles(all_quantiles(fitted), unit), ends};
  if (robust) return {fit_robust(all_quantiles(fitted), unit, smooth), ends};
  if (options.scaling == Scaling::standard) return {fit_standard(fitted, unit), ends};
  return {{{"mean", of_each(fitted, [](const auto& column) { return column.moments.mean; }) * unit}}, ends};
}

}  // namespace reszoo::detail
