#include "reszoo/preprocess/scaler.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"

namespace reszoo {
namespace {

// scikit-learn's BOUNDS_THRESHOLD.
constexpr double threshold = 1e-7;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

constexpr Named<Scaling> kScalings[] = {{"quantile", Scaling::quantile},
                                        {"standard", Scaling::standard},
                                        {"robust", Scaling::robust},
                                        {"smooth", Scaling::smooth},
                                        {"none", Scaling::none}};

void check_columns_finite(const Tensor& values, const std::vector<std::string>& names) {
  const auto empty = values.isnan().all(0), infinite = values.isinf();
  for (int64_t i = 0; i < values.size(1); ++i) {
    if (empty[i].item<bool>()) fail(ErrorKind::input, "column \"{}\": has no value in any row", names.at(i));
    if (const auto rows = infinite.select(1, i).nonzero(); rows.size(0) > 0)
      fail(ErrorKind::input, "column \"{}\": must be finite, got {} in row {}", names.at(i),
           values[rows[0].item<int64_t>()][i].item<double>(), rows[0].item<int64_t>() + 1);
  }
}

/// Returns 0, 1/(count-1), ..., 1 with the rounding of numpy's linspace.
Tensor reference_levels(int64_t count) {
  auto levels = torch::arange(count, torch::kFloat64) * (1.0 / static_cast<double>(std::max<int64_t>(count - 1, 1)));
  if (count > 1) levels[count - 1] = 1.0;
  return levels;
}

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

/// numpy's interp, with one row of points per column: x (F, N) and xp (F, Q) ascending, fp (Q).
Tensor interpolate(const Tensor& x, const Tensor& xp, const Tensor& fp) {
  const auto last = xp.size(1) - 1;
  const auto left = (torch::searchsorted(xp, x, false, true) - 1).clamp(0, last);
  const auto right = (left + 1).clamp_max(last);
  const auto x0 = xp.gather(1, left), y0 = fp.index({left});
  const auto slope = (fp.index({right}) - y0) / (xp.gather(1, right) - x0);
  return torch::where((x <= x0).logical_or(left == last), y0, slope * (x - x0) + y0);
}

double normal_quantile(double level) { return at::special_ndtri(torch::tensor(level, torch::kFloat64)).item<double>(); }

/// Returns the values with noise that spreads ties.
Tensor with_noise(const Tensor& values, const ScalerOptions& options) {
  const auto deviation = (values - values.nanmean(0)).square().nanmean(0).sqrt();
  const auto scale = options.rule == NoiseRule::published ? options.noise / deviation.clamp_min(options.noise)
                                                          : options.noise * deviation.clamp_max(1);
  if (options.normals.defined()) return values + options.normals * scale;
  auto generator = at::make_generator<at::CPUGeneratorImpl>(options.seed);
  return values + torch::randn(values.sizes(), generator, torch::kFloat64) * scale;
}

std::map<std::string, Tensor> fit_quantiles(const Tensor& values, const ScalerOptions& options) {
  const auto fitted = options.noise > 0 ? with_noise(values, options) : values;
  return {{"quantiles", column_quantiles(fitted, std::clamp<int64_t>(options.quantiles, 1, values.size(0)))}};
}

/// Fits the median and the interquartile range; if the quartiles are equal, 1, or half of the whole range for `smooth`.
std::map<std::string, Tensor> fit_robust(const Tensor& values, bool smooth) {
  const auto quartiles = column_quantiles(values, 5);  // 0, 25, 50, 75, 100 %
  const auto one = torch::ones({values.size(1)}, torch::kFloat64);
  const auto between = [&](int64_t low, int64_t high) { return quartiles[high] - quartiles[low]; };
  const auto half_range = between(0, 4) / 2;
  const auto fallback = smooth ? torch::where(half_range > 0, half_range, one) : one;
  const auto distance = between(1, 3);
  return {{"median", quartiles[2]},
          // scikit-learn's tolerance for the rounding error of equal quartiles.
          {"scale", torch::where(distance < 10 * epsilon, fallback, distance)}};
}

std::map<std::string, Tensor> fit_standard(const Tensor& values) {
  const auto mean = values.nanmean(0);
  const auto variance = (values - mean).square().nanmean(0);
  const auto count = (~values.isnan()).sum(0).to(torch::kFloat64);
  // scikit-learn's tolerance for the rounding error of a constant column.
  const auto constant = variance <= count * epsilon * variance + (count * mean * epsilon).square();
  return {{"mean", mean}, {"scale", torch::where(constant, torch::ones_like(mean), variance.sqrt())}};
}

/// Returns the fitted tensor `name` after checking its shape: (columns), or (any, columns) if `dimensions` is 2.
Tensor checked(const std::map<std::string, Tensor>& tensors, const std::string& name, int64_t dimensions,
               int64_t columns) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) fail(ErrorKind::file, "preprocessing: tensor \"{}\" is missing", name);
  const auto& tensor = found->second;
  if (!tensor.defined() || tensor.scalar_type() != torch::kFloat64 || tensor.dim() != dimensions ||
      tensor.size(-1) != columns || tensor.size(0) == 0 || !tensor.isfinite().all().item<bool>())
    fail(ErrorKind::file, "preprocessing: tensor \"{}\" must be finite float64 with {} columns", name, columns);
  return tensor;
}

}  // namespace

Scaling parse_scaling(std::string_view text) { return parse_name("scaling", kScalings, text); }

std::string text_of(Scaling scaling) { return name_of(kScalings, scaling); }

Scaler Scaler::fit(const Tensor& values, const std::vector<std::string>& names, const ScalerOptions& options) {
  check_columns_finite(values, names);
  switch (options.scaling) {
    case Scaling::quantile: return Scaler(options.scaling, fit_quantiles(values, options));
    case Scaling::standard: return Scaler(options.scaling, fit_standard(values));
    case Scaling::robust:
    case Scaling::smooth: return Scaler(options.scaling, fit_robust(values, options.scaling == Scaling::smooth));
    case Scaling::none: return Scaler(options.scaling, {{"mean", values.nanmean(0)}});
  }
  fail(ErrorKind::usage, "Scaling: unknown kind {}", static_cast<int>(options.scaling));
}

Scaler Scaler::from(Scaling scaling, int64_t columns, const std::map<std::string, Tensor>& tensors) {
  if (scaling == Scaling::quantile) return Scaler(scaling, {{"quantiles", checked(tensors, "quantiles", 2, columns)}});
  const auto* middle = scaling == Scaling::robust || scaling == Scaling::smooth ? "median" : "mean";
  std::map<std::string, Tensor> fitted{{middle, checked(tensors, middle, 1, columns)}};
  if (scaling != Scaling::none) fitted["scale"] = checked(tensors, "scale", 1, columns);
  return Scaler(scaling, std::move(fitted));
}

Tensor Scaler::to_normal(const Tensor& values) const {
  const auto x = values.t().contiguous();
  const auto quantiles = tensors_.at("quantiles").t().contiguous();
  const auto levels = reference_levels(quantiles.size(1));
  // The mean of both directions is the middle of repeated quantiles.
  const auto rising = interpolate(x, quantiles, levels);
  const auto falling = interpolate(-x, -quantiles.flip(1), -levels.flip(0));
  auto level = 0.5 * (rising - falling);
  level.masked_fill_(x + threshold > quantiles.slice(1, -1), 1);
  level.masked_fill_(x - threshold < quantiles.slice(1, 0, 1), 0);
  return at::special_ndtri(level)
      .clamp(normal_quantile(threshold - epsilon), normal_quantile(1 - (threshold - epsilon)))
      .t();
}

Tensor Scaler::transform(const Tensor& values) const {
  const auto columns = tensors_.begin()->second.size(-1);
  if (values.dim() != 2 || values.size(1) != columns)
    fail(ErrorKind::input, "Scaler: must have {} columns, got shape={}", columns, fmt::join(values.sizes(), "x"));
  const auto missing = values.isnan();
  switch (scaling_) {
    case Scaling::quantile: return to_normal(values).masked_fill(missing, 0);
    case Scaling::standard: return ((values - tensors_.at("mean")) / tensors_.at("scale")).masked_fill(missing, 0);
    case Scaling::robust: return ((values - tensors_.at("median")) / tensors_.at("scale")).masked_fill(missing, 0);
    case Scaling::smooth: {
      const auto z = (values - tensors_.at("median")) / tensors_.at("scale");
      return (z / (1 + (z / 3).square()).sqrt()).masked_fill(missing, 0);
    }
    case Scaling::none: return torch::where(missing, tensors_.at("mean"), values);
  }
  fail(ErrorKind::usage, "Scaling: unknown kind {}", static_cast<int>(scaling_));
}

}  // namespace reszoo
