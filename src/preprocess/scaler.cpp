#include "reszoo/preprocess/scaler.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reszoo/base/error.h"
#include "reszoo/base/names.h"
#include "reszoo/base/text.h"
#include "scaler_fit.h"

namespace reszoo {
namespace {

using detail::Fitted;

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

/// numpy's interp, with one row of points per column: x (F, N) and xp (F, Q) ascending, fp (Q).
Tensor interpolate(const Tensor& x, const Tensor& xp, const Tensor& fp) {
  const auto last = xp.size(1) - 1;
  const auto left = (torch::searchsorted(xp, x, false, true) - 1).clamp(0, last);
  const auto right = (left + 1).clamp_max(last);
  const auto x0 = xp.gather(1, left), y0 = fp.index({left});
  const auto rise = fp.index({right}) - y0, run = xp.gather(1, right) - x0, slope = rise / run;
  const auto risen = torch::where(slope.isfinite(), slope * (x - x0), (x - x0) / run * rise);
  return torch::where((x <= x0).logical_or(left == last), y0, risen + y0);
}

double normal_quantile(double level) { return at::special_ndtri(torch::tensor(level, torch::kFloat64)).item<double>(); }

/// The largest scaled value. Beyond it a network in float32 would compute infinite values and NaN: rows that differ so
/// much from the training rows are cut off, so that their predictions are numbers.
double limit_of(Scaling scaling) { return scaling == Scaling::none ? 1e30 : 1e15; }

/// Throws for a column with training rows beyond that limit.
void check_range(const Scaler& scaler, const Tensor& values, const std::vector<std::string>& names) {
  const auto ends = torch::stack({values.nan_to_num(INFINITY).amin(0), values.nan_to_num(-INFINITY).amax(0)});
  const auto scaled = (scaler.transform(ends).abs() < limit_of(scaler.scaling())).all(0);
  std::vector<std::string> wide;
  for (int64_t i = 0; i < ends.size(1); ++i) {
    const bool fits = scaled[i].item<bool>() &&
                      std::all_of(scaler.tensors().begin(), scaler.tensors().end(), [&](const auto& fitted) {
                        return fitted.second.select(-1, i).isfinite().all().template item<bool>();
                      });
    if (!fits)
      wide.push_back(fmt::format("\"{}\" ({} to {})", names.at(static_cast<size_t>(i)), ends[0][i].item<double>(),
                                 ends[1][i].item<double>()));
  }
  if (!wide.empty())
    fail(ErrorKind::input, "column{} {}: the numbers are too far apart for scaling={}; quantile takes any",
         wide.size() > 1 ? "s" : "", list(wide), text_of(scaler.scaling()));
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
  Scaler scaler(options.scaling, detail::fit_tensors(values, options));
  check_range(scaler, values, names);
  return scaler;
}

Scaler Scaler::from(Scaling scaling, int64_t columns, const std::map<std::string, Tensor>& tensors) {
  if (scaling == Scaling::quantile) {
    Fitted fitted{{"quantiles", checked(tensors, "quantiles", 2, columns)}};
    if (tensors.contains("thresholds")) fitted["thresholds"] = checked(tensors, "thresholds", 1, columns);
    return Scaler(scaling, std::move(fitted));
  }
  const auto* middle = scaling == Scaling::robust || scaling == Scaling::smooth ? "median" : "mean";
  Fitted fitted{{middle, checked(tensors, middle, 1, columns)}};
  if (scaling != Scaling::none) fitted["scale"] = checked(tensors, "scale", 1, columns);
  return Scaler(scaling, std::move(fitted));
}

Tensor Scaler::to_normal(const Tensor& values) const {
  const auto unit = detail::units_of(tensors_.at("quantiles"));
  const auto x = (values / unit).t().contiguous();
  const auto quantiles = (tensors_.at("quantiles") / unit).t().contiguous();
  const auto found = tensors_.find("thresholds");
  // A file without thresholds has scikit-learn's.
  const auto near =
      ((found == tensors_.end() ? torch::full_like(unit, detail::bounds_threshold) : found->second) / unit)
          .unsqueeze(1);
  const auto levels = detail::reference_levels(quantiles.size(1));
  // The mean of both directions is the middle of repeated quantiles.
  const auto rising = interpolate(x, quantiles, levels);
  const auto falling = interpolate(-x, -quantiles.flip(1), -levels.flip(0));
  auto level = 0.5 * (rising - falling);
  level.masked_fill_(x + near > quantiles.slice(1, -1), 1);
  level.masked_fill_(x - near < quantiles.slice(1, 0, 1), 0);
  const double least = detail::bounds_threshold - std::numeric_limits<double>::epsilon();
  return at::special_ndtri(level).clamp(normal_quantile(least), normal_quantile(1 - least)).t();
}

Tensor Scaler::transform(const Tensor& values) const {
  const auto columns = tensors_.begin()->second.size(-1);
  if (values.dim() != 2 || values.size(1) != columns)
    fail(ErrorKind::input, "Scaler: must have {} columns, got shape={}", columns, fmt::join(values.sizes(), "x"));
  const auto missing = values.isnan();
  const double limit = limit_of(scaling_);
  const auto standardized = [&](const char* middle) {
    return detail::standardized(values, tensors_.at(middle), tensors_.at("scale")).clamp(-limit, limit);
  };
  switch (scaling_) {
    case Scaling::quantile: return to_normal(values).masked_fill(missing, 0);
    case Scaling::standard: return standardized("mean").masked_fill(missing, 0);
    case Scaling::robust: return standardized("median").masked_fill(missing, 0);
    case Scaling::smooth: {
      const auto z = standardized("median");
      return (z / (1 + (z / 3).square()).sqrt()).masked_fill(missing, 0);
    }
    case Scaling::none: return torch::where(missing, tensors_.at("mean"), values.clamp(-limit, limit));
  }
  fail(ErrorKind::usage, "Scaling: unknown kind {}", static_cast<int>(scaling_));
}

}  // namespace reszoo
