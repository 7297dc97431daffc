#include "reszoo/preprocess/scaler.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantile_levels.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "scaler_fit.h"

namespace reszoo {
namespace {

using detail::Fitted;

/// Throws for a column with training rows beyond that limit. Shape: ends (2, F), the least and the largest values.
void check_range(const Scaler& scaler, const Tensor& ends, const std::vector<std::string>& names) {
  const auto scaled = (scaler.transform(ends).abs() < detail::limit_of(scaler.scaling())).all(0);
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

Scaler::Scaler(Scaling scaling, std::map<std::string, Tensor> tensors)
    : scaling_(scaling), tensors_(std::move(tensors)) {
  detail::FittedNumbers fitted;
  for (const auto& [name, tensor] : tensors_) {
    const auto dense = tensor.to(torch::kFloat64).contiguous();
    const auto* number = dense.const_data_ptr<double>();
    fitted[name] = {number, number + dense.numel()};
  }
  const auto columns = tensors_.begin()->second.size(-1);
  numbers_ = std::make_shared<const detail::NumberScaler>(scaling_, static_cast<size_t>(columns), fitted);
}

Tensor Scaler::transform(const Tensor& values) const {
  const auto columns = tensors_.begin()->second.size(-1);
  if (values.dim() != 2 || values.size(1) != columns)
    fail(ErrorKind::input, "Scaler: must have {} columns, got shape={}", columns, fmt::join(values.sizes(), "x"));
  const auto dense = values.to(torch::kFloat64).contiguous();
  const auto* value = dense.const_data_ptr<double>();
  auto result = torch::empty(dense.sizes(), torch::kFloat64);
  auto* scaled = result.mutable_data_ptr<double>();
  const auto total = dense.numel();
  for (int64_t column = 0; column < columns; ++column)
    for (int64_t place = column; place < total; place += columns)
      scaled[place] = numbers_->scaled(static_cast<size_t>(column), value[place]);
  return result;
}

}  // namespace reszoo
