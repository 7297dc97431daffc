#include "reszoo/preprocess/scaler.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantile_levels.h"
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

std::vector<double> list_of(const Tensor& numbers) {
  const auto* number = numbers.const_data_ptr<double>();
  return {number, number + numbers.numel()};
}

double normal_quantile(double level) { return at::special_ndtri(torch::tensor(level, torch::kFloat64)).item<double>(); }

/// The largest scaled value. Beyond it a network in float32 would compute infinite values and NaN: rows that differ so
/// much from the training rows are cut off, so that their predictions are numbers.
double limit_of(Scaling scaling) { return scaling == Scaling::none ? 1e30 : 1e15; }

/// Throws for a column with training rows beyond that limit. Shape: ends (2, F), the least and the largest values.
void check_range(const Scaler& scaler, const Tensor& ends, const std::vector<std::string>& names) {
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
  const auto column = [&](int64_t i) { return values.select(1, i); };
  return fit(NumberColumns{values.size(0), values.size(1), column}, names, options);
}

Scaler Scaler::fit(const NumberColumns& columns, const std::vector<std::string>& names, const ScalerOptions& options) {
  auto fitted = detail::fit_columns(columns, names, options);
  Scaler scaler(options.scaling, std::move(fitted.tensors));
  check_range(scaler, fitted.ends, names);
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

/// Missing values get any number.
Tensor Scaler::to_normal(const Tensor& values) const {
  const auto& quantiles = tensors_.at("quantiles");
  const auto rows = values.size(0), columns = values.size(1);
  const auto units = detail::units_of(quantiles);
  const auto found = tensors_.find("thresholds");
  // A file without thresholds has scikit-learn's.
  const auto near =
      ((found == tensors_.end() ? torch::full_like(units, detail::bounds_threshold) : found->second) / units)
          .contiguous();
  const auto points = (quantiles / units).t().contiguous(), dense = values.contiguous();
  const auto levels = list_of(detail::reference_levels(quantiles.size(0)));
  auto result = torch::empty({rows, columns}, torch::kFloat64);
  const auto* value = dense.const_data_ptr<double>();
  auto* level = result.mutable_data_ptr<double>();
  for (int64_t column = 0; column < columns; ++column) {
    const detail::QuantileLevels known(list_of(points[column]), levels, near.const_data_ptr<double>()[column]);
    const double unit = units.const_data_ptr<double>()[column];
    for (int64_t place = column; place < rows * columns; place += columns)
      level[place] = std::isnan(value[place]) ? 0.5 : known.level_of(value[place] / unit);
  }
  const double least = detail::bounds_threshold - std::numeric_limits<double>::epsilon();
  return at::special_ndtri(result).clamp_(normal_quantile(least), normal_quantile(1 - least));
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
