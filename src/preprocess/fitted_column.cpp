#include "fitted_column.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scaler_fit.h"

namespace reszoo::detail {

FittedColumn look_at_values(const at::Tensor& values) {
  const auto dense = values.contiguous();
  const auto* value = dense.const_data_ptr<double>();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  FittedColumn fitted{.low = infinity, .high = -infinity};
  for (int64_t i = 0; i < dense.numel(); ++i) {
    if (std::isnan(value[i])) continue;
    if (std::isinf(value[i]) && fitted.infinite < 0) fitted.infinite = i, fitted.infinite_value = value[i];
    fitted.low = std::min(fitted.low, value[i]);
    fitted.high = std::max(fitted.high, value[i]);
  }
  fitted.empty = fitted.low > fitted.high;
  if (!fitted.empty && fitted.infinite < 0) fitted.unit = power_unit(std::max(-fitted.low, fitted.high));
  return fitted;
}

at::Tensor quantiles_of(const at::Tensor& sorted, int64_t count) {
  const auto last = sorted.size(0) - 1;
  const auto place = reference_levels(count) * 100 / 100 * static_cast<double>(last);
  const auto lower = place.floor().to(torch::kInt64);
  const auto upper = (lower + 1).clamp_max(last);
  const auto fraction = place - lower;
  const auto a = sorted.index_select(0, lower), b = sorted.index_select(0, upper);
  return torch::where(fraction < 0.5, a + (b - a) * fraction, b - (b - a) * (1 - fraction));
}

}  // namespace reszoo::detail
